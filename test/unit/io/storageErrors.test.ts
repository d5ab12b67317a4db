import { FileTooLargeError } from 'n8n-core';
import { describeStorageError } from '../../../nodes/Hailuo/io/storageErrors';

const tooLarge = new FileTooLargeError({
	fileSizeMb: 600.123,
	maxFileSizeMb: 512,
	fileId: '0b6f7c1e-0000-4000-8000-000000000000',
	fileName: 'evolink-task.mp4',
});

const DATABASE =
	'This n8n keeps files in its database and takes files of at most 512 MB there: raise ' +
	'N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE (in MB, at most 1024), keep files elsewhere ' +
	"(N8N_DEFAULT_BINARY_DATA_MODE), or leave 'Download Video' off and use the link";

function withCode(code: string): Error {
	return Object.assign(new Error('words of the system'), { code });
}

describe("a file that n8n's storage does not take", () => {
	test.each([
		['as n8n throws it', tooLarge],
		['wrapped in another error', new Error('Could not store', { cause: tooLarge })],
		['as text', tooLarge.message],
	])('is told by the setting of the database that is too low (%s)', (_how, error) => {
		expect(describeStorageError(error)).toBe(DATABASE);
	});

	test('names the setting also when the words around it change', () => {
		const said = describeStorageError(new Error('See N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE'));
		expect(said).toMatch(/takes no file as large as this one there: raise N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE/);
	});

	test.each([
		['ERR_STRING_TOO_LONG', /in its memory, .* set N8N_DEFAULT_BINARY_DATA_MODE to filesystem/],
		['ENOSPC', /The disk .* is full: make room there/],
		['EDQUOT', /The disk .* is full: make room there/],
	])('is told with its cure at %s', (code, cure) => {
		expect(describeStorageError(withCode(code))).toMatch(cure);
	});

	test("keeps the storage's own words otherwise, with what is behind them", () => {
		expect(describeStorageError(withCode('EACCES'))).toBe('words of the system');
		const wrapped = new Error('Could not store', { cause: new Error('access denied') });
		expect(describeStorageError(wrapped)).toBe('Could not store. access denied');
	});

	test('never throws, whatever was thrown', () => {
		const circular = new Error('round');
		circular.cause = circular;
		const strange = [
			undefined,
			null,
			0,
			'',
			{},
			[],
			{ message: {} },
			{ message: 7n },
			new Error(''),
			Symbol('x'),
			circular,
		];
		for (const error of strange) expect(() => describeStorageError(error)).not.toThrow();
		expect(describeStorageError({ message: {} })).toBeNull();
	});
});

/** Rows of the fault matrix: what is so from the beginning to the end, and no fault of a single request. */
import type { Fault, ProviderName } from '../../tools/simulator';
import { ALWAYS, error, WELL, type OperationName, type Row } from './cell';
import { LONG_ID } from './fronts';

const isCreating = (operation: OperationName): boolean => operation === 'create' || operation === 'createAndWait';

const about = (operation: OperationName): Pick<Row, 'creates' | 'jobs'> =>
	isCreating(operation) ? { creates: 1, jobs: 1 } : { jobs: 1 };

/** Every digit counts: another id is another job, which somebody else may have paid for. */
export function longId(_provider: ProviderName, operation: OperationName): Row[] {
	const base: Omit<Row, 'what'> = {
		...about(operation),
		front: 'renumbering',
		expected: { kind: 'well', jobId: LONG_ID },
	};
	const what = 'an id above 2^53';
	if (operation === 'create' || operation === 'cancel') return [{ ...base, what }];
	return [
		{ ...base, what },
		{ ...base, what: `${what} of a video that is stored`, form: { downloadVideo: true } },
	];
}

/** What is pasted along with a key is neither sent nor a reason to tell the key. */
export function dirtyKey(_provider: ProviderName, operation: OperationName): Row[] {
	const base = { ...about(operation), pasted: '\n' };
	const step = isCreating(operation) ? 'create' : operation === 'cancel' ? 'cancel' : 'read';
	const quoting: Fault = { kind: 'status', status: 401, message: 'Bad {key}', operation: step, times: ALWAYS };
	const refused: Row = {
		...base,
		what: 'a line break behind the key, which is quoted,',
		fault: quoting,
		expected: error('authentication', /Bad \*\*\*/, step !== 'create'),
		...(step === 'create' && { jobs: 0 }),
	};
	const sound: Row = { ...base, what: 'a line break behind the key', expected: WELL };
	if (operation === 'cancel') return [sound, refused];
	const form = operation === 'create' ? ({ firstFrame: 'binary' } as const) : { downloadVideo: true };
	return [sound, refused, { ...sound, what: 'a line break behind the key, and a file,', form }];
}

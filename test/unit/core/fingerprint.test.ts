import { fingerprintOf, idempotencyKeyOf } from '../../../nodes/Hailuo/core/video/fingerprint';
import type { Frame, VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import { aFile, aRequest, aUrl, LAST_URL } from '../providers/builders';

const fingerprint = (changes: Partial<VideoRequest> = {}, provider = 'apiframe') =>
	fingerprintOf(provider, aRequest(changes));

function aFileOf(...bytes: number[]): Frame {
	return { ...aFile(), bytes: new Uint8Array(bytes) };
}

describe('a fingerprint', () => {
	test('is 64 hexadecimal digits', () => {
		expect(fingerprint()).toMatch(/^[0-9a-f]{64}$/);
	});

	test('is the same for the same request', () => {
		expect(fingerprint({ firstFrame: aFileOf(1, 2), extras: { a: '1' } })).toBe(
			fingerprint({ firstFrame: aFileOf(1, 2), extras: { a: '1' } }),
		);
	});

	test.each<[string, Partial<VideoRequest>]>([
		['the model', { model: 'hailuo-2.3' }],
		['the prompt', { prompt: 'Another' }],
		['the prompt by one blank', { prompt: `${aRequest().prompt} ` }],
		['the resolution', { resolution: '1080P' }],
		['the duration', { duration: 10 }],
		['the prompt optimizer', { promptOptimizer: false }],
		['a first frame', { firstFrame: aUrl() }],
		['another first frame', { firstFrame: aUrl(LAST_URL) }],
		['the same image as last frame', { lastFrame: aUrl() }],
		['an image of our own', { firstFrame: aFileOf(1, 2, 3) }],
		['one byte of it', { firstFrame: aFileOf(1, 2, 4) }],
		['an extra', { extras: { route: 'minimax' } }],
		['the value of an extra', { extras: { route: 'universal' } }],
		['the type of an extra', { extras: { route: true } }],
	])('tells requests apart by %s', (_what, changes) => {
		const others: Array<Partial<VideoRequest>> = [
			{},
			{ firstFrame: aUrl() },
			{ firstFrame: aFileOf(1, 2, 3) },
			{ extras: { route: 'minimax' } },
		].filter((other) => JSON.stringify(other) !== JSON.stringify(changes)) as Array<Partial<VideoRequest>>;
		for (const other of others) expect(fingerprint(changes)).not.toBe(fingerprint(other));
	});

	test.each<[string, object]>([
		['text', { style: 'anime' }],
		['number', { seed: 7 }],
		['switch', { watermark: false }],
		['list of files', { references: [aFileOf(1), aFileOf(2)] }],
		['set of options', { tuning: { strength: 0.5, mask: null } }],
	])('tells requests apart by a field that is yet to be invented, such as a %s', (_what, field) => {
		expect(fingerprint(field)).not.toBe(fingerprint());
	});

	test.each<[string, object, object]>([
		['in the order of a list', { references: [aFileOf(1), aFileOf(2)] }, { references: [aFileOf(2), aFileOf(1)] }],
		['deep inside', { tuning: { mask: { area: [1, 2] } } }, { tuning: { mask: { area: [1, 3] } } }],
		['in the bytes of a file among others', { references: [aFileOf(1)] }, { references: [aFileOf(2)] }],
	])('tells requests apart that differ %s', (_where, one, other) => {
		expect(fingerprint(one)).not.toBe(fingerprint(other));
	});

	test('tells providers apart', () => {
		expect(fingerprint({}, 'wiro')).not.toBe(fingerprint({}, 'evolink'));
	});

	test.each<[string, Partial<VideoRequest>, Partial<VideoRequest>]>([
		['the callback', { callbackUrl: 'https://n8n.example/1' }, { callbackUrl: 'https://n8n.example/2' }],
		['whether a callback tells of progress', { callbackProgress: true }, { callbackProgress: false }],
		['the idempotency key', { idempotencyKey: 'a' }, { idempotencyKey: 'b' }],
		['the order of extras', { extras: { a: '1', b: true } }, { extras: { b: true, a: '1' } }],
		['the name of a file', { firstFrame: aFile('a.png') }, { firstFrame: aFile('b.png') }],
	])('does not depend on %s', (_what, one, other) => {
		expect(fingerprint(one)).toBe(fingerprint(other));
	});

	test('does not depend on the order of fields, however deep', () => {
		const turned = (value: unknown): unknown => {
			if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
			return Object.fromEntries(
				Object.entries(value)
					.map(([name, field]) => [name, turned(field)])
					.reverse(),
			);
		};
		const request = aRequest({ firstFrame: aFileOf(1, 2), extras: { a: '1', b: true } });
		expect(fingerprintOf('wiro', turned(request) as VideoRequest)).toBe(fingerprintOf('wiro', request));
	});

	test('is the same for the same bytes, whichever kind of array holds them', () => {
		const file = { ...aFileOf(), bytes: Buffer.from([1, 2, 3]) };
		expect(fingerprint({ firstFrame: file })).toBe(fingerprint({ firstFrame: aFileOf(1, 2, 3) }));
	});

	test('keeps parts apart that read the same when run together', () => {
		expect(fingerprint({ extras: { ab: 'c' } })).not.toBe(fingerprint({ extras: { a: 'bc' } }));
		expect(fingerprint({ firstFrame: aUrl('https://a.example/"],["') })).not.toBe(
			fingerprint({ firstFrame: aUrl('https://a.example/'), lastFrame: aUrl('') }),
		);
	});
});

describe('an idempotency key', () => {
	const hash = 'f0e1d2c3b4a5968778695a4b3c2d1e0f';
	const place = ['execution-7', 'Hailuo', '0'];
	const key = (given: string | null, at = place, itemIndex = 0, fingerprintOfItem = hash) =>
		idempotencyKeyOf(given, at, itemIndex, fingerprintOfItem);

	test("is the user's with the item's index and the beginning of its fingerprint", () => {
		expect(key('order-2026-05', place, 3)).toBe('order-2026-05-3-f0e1d2c3b4a59687');
	});

	test('is made of the place where the user gave none', () => {
		expect(key(null)).toMatch(/^n8n-[0-9a-f]{32}-0-f0e1d2c3b4a59687$/);
		expect(key(null)).toBe(key(null, [...place]));
	});

	test.each([
		['another execution', key(null, ['execution-8', 'Hailuo', '0'])],
		['another run of the same node', key(null, ['execution-7', 'Hailuo', '1'])],
		['places that read the same when run together', key(null, ['execution-7Hailuo', '', '0'])],
		['another item', key(null, place, 1)],
		['another request', key(null, place, 0, `1${hash}`)],
		["the user's own", key('mine')],
	])('is another for %s', (_what, other) => {
		expect(other).not.toBe(key(null));
	});

	test("of the user's does not depend on the place, so that a later run finds the job", () => {
		expect(key('mine', ['another'])).toBe(key('mine'));
	});

	test.each([
		['blanks', 'my key'],
		['line breaks', 'my\r\nX-Injected: key'],
		['umlauts', 'schlüssel'],
		['another script', '视频-五月'],
		['a lone surrogate', '\ud800'],
		['too many characters', 'k'.repeat(1000)],
		['just too many characters', 'k'.repeat(232)],
	])(
		'with %s fits into a header, leaves an adapter room for five characters more, and ends like any other',
		(_what, given) => {
			expect(key(given)).toMatch(/^[\x21-\x7e]{19,250}$/);
			expect(key(given)).toMatch(/-0-f0e1d2c3b4a59687$/);
		},
	);

	test('that fits just so stays as it is', () => {
		const longest = 'k'.repeat(250 - '-0-f0e1d2c3b4a59687'.length);
		expect(key(longest) === `${longest}-0-f0e1d2c3b4a59687`).toBe(true);
	});

	test.each([
		['视频-五月', '视频-六月'],
		['schlüssel', 'schlössel'],
		['my key', 'my_key'],
		[`${'k'.repeat(300)}1`, `${'k'.repeat(300)}2`],
	])('%s is another than %s', (one, other) => {
		expect(key(one)).not.toBe(key(other));
	});
});

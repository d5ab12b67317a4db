/** Texts, JSON and answers as a careless or hostile gateway could send them. */
import fc from 'fast-check';

import type { HttpResponse } from '../../../nodes/Hailuo/core/http/http';
import { words } from '../../tools/support/words';
import type { Fixture } from '../providers/builders';

/** Texts that readers have stumbled over somewhere. */
const TRAPS: readonly string[] = [
	...words(`
		__proto__ constructor toString NaN Infinity -Infinity -0 1e999 0x10 1_000 9007199254740993 true false null
		0000-00-00T00:00:00Z +275760-09-13T00:00:00.001Z 2024-02-30 1734513807 99999999999999999999 101% 99999/0 ../../x?y#z ..
		javascript:alert(1) data:video/mp4;base64,AAAA file:///etc/passwd blob:https://cdn.example/1
		ftp://cdn.example/video.mp4 //cdn.example/video.mp4 /video.mp4 https:cdn.example/video.mp4
		https:///cdn.example/video.mp4 https:// https://user:password@cdn.example/video.mp4
		https://user@cdn.example/video.mp4 https://cdn.example:99999/video.mp4 https://[::1/video.mp4
		http://cdn.example/video.mp4 HTTPS://CDN.EXAMPLE/VIDEO.MP4 https://cdn.example/視頻.mp4?a=1#b
		{"id":"inner"} <html><body>502</body></html>
	`),
	...['', ' ', '\n', '\0', '\u202egnp.exe', '\u2066\u2069', '\ud800', 'a\udfff', '\u2028', '[object Object]'],
	...['https://cdn.example/a\nb.mp4', ' https://cdn.example/video.mp4 ', 'retry after 99999 seconds'],
	...['[__proto__]', '[inputImageLast]'].map((field) => `Request files ${field} required`),
	...['Request parameter [inputImageUrl] required', 'Unrecognized key(s) in object: webhookUrl'],
];

/** What a long text is made of: pieces on which a pattern of ours could begin again and again. */
const PIECES = [...words('a 1 1. % / 1/ https:// CERT 🎬 [ {"a":'), ' ', '\n', '\u202e', 'retry after '];

const LONGEST_PIECES = 30_000;

/** Any UTF-16, halves of surrogate pairs included. */
const UTF16 = fc
	.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
	.map((units) => String.fromCharCode(...units));

export const hostileText: fc.Arbitrary<string> = fc.oneof(
	{ weight: 80, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
	{ weight: 80, arbitrary: fc.string({ maxLength: 30 }) },
	{ weight: 160, arbitrary: fc.constantFrom(...TRAPS) },
	{ weight: 80, arbitrary: UTF16 },
	{
		weight: 1,
		arbitrary: fc
			.tuple(fc.constantFrom(...PIECES), fc.integer({ min: 100, max: LONGEST_PIECES }), fc.constantFrom('', '\n', 'x'))
			.map(([piece, count, end]) => piece.repeat(count) + end),
	},
);

/** Text that a person could have written: well-formed Unicode. */
export const anyText: fc.Arbitrary<string> = fc.string({ unit: 'binary', maxLength: 40 });

const NUMBERS = fc.oneof(
	fc.integer(),
	fc.double({ noNaN: true, noDefaultInfinity: true }),
	fc.constantFrom(0, -0, 1e21),
);

export const hostileLeaf: fc.Arbitrary<unknown> = fc.oneof(
	{ weight: 6, arbitrary: hostileText },
	{ weight: 2, arbitrary: NUMBERS },
	{ weight: 2, arbitrary: fc.constantFrom(null, true, false) },
);

/** JSON that is built of given keys and texts, and of traps. */
function treeOf(keys: readonly string[], texts: readonly string[]): fc.Arbitrary<unknown> {
	const key = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...keys) }, { weight: 1, arbitrary: hostileText });
	const leaf = fc.oneof({ weight: 3, arbitrary: fc.constantFrom('', ...texts) }, { weight: 2, arbitrary: hostileLeaf });
	return fc.letrec<{ tree: unknown }>((tie) => ({
		tree: fc.oneof(
			{ depthSize: 'small', withCrossShrink: true },
			{ weight: 3, arbitrary: leaf },
			{ weight: 1, arbitrary: fc.array(tie('tree'), { maxLength: 4 }) },
			{ weight: 3, arbitrary: fc.dictionary(key, tie('tree'), { maxKeys: 8 }) },
		),
	})).tree;
}

type Path = string[];

function visit(value: unknown, seen: (path: Path, value: unknown) => void, path: Path = []): void {
	seen(path, value);
	if (typeof value !== 'object' || value === null) return;
	for (const [key, part] of Object.entries(value)) visit(part, seen, [...path, key]);
}

/** One change of a body at some place of it. */
interface Change {
	place: number;
	kind: 'replace' | 'remove' | 'inList' | 'inObject' | 'rename' | 'append';
	value: unknown;
	key: string;
}

function changed(body: unknown, { place, kind, value, key }: Change): unknown {
	const paths: Path[] = [];
	visit(body, (path) => paths.push(path));
	const path = paths[place % paths.length] ?? [];
	const holder: { root: unknown } = { root: structuredClone(body) };
	let parent: object = holder;
	const keys: Path = ['root', ...path];
	for (const step of keys.slice(0, -1)) parent = Reflect.get(parent, step) as object;
	const last = keys.at(-1) ?? 'root';
	const found: unknown = Reflect.get(parent, last);
	const put = (replacement: unknown) =>
		Object.defineProperty(parent, last, { value: replacement, configurable: true, enumerable: true, writable: true });
	if (kind === 'replace') put(structuredClone(value));
	else if (kind === 'inList') put([found]);
	else if (kind === 'inObject') put({ [key]: found });
	else if (kind === 'append' && Array.isArray(found)) put([structuredClone(value), ...(found as unknown[])]);
	else if (kind === 'append' && typeof found === 'object' && found !== null) put({ ...found, [key]: value });
	else if (parent !== holder && !Array.isArray(parent)) {
		Reflect.deleteProperty(parent, last);
		if (kind === 'rename') Object.defineProperty(parent, key, { value: found, enumerable: true, configurable: true });
	}
	return holder.root;
}

function withOtherAddresses(body: unknown, texts: readonly string[]): unknown {
	let count = 0;
	return JSON.parse(JSON.stringify(body), (_key, value: unknown) =>
		typeof value === 'string' && /^https?:/.test(value) ? texts[count++ % texts.length] : value,
	) as unknown;
}

/** A body as it goes over the wire; one that is no JSON is its text alone. */
export interface Body {
	json: unknown;
	text: string;
}

function asBody(json: unknown): Body {
	const text = JSON.stringify(json);
	return { json: JSON.parse(text) as unknown, text };
}

function asText(text: string): Body {
	try {
		return { json: JSON.parse(text) as unknown, text };
	} catch {
		return { json: undefined, text };
	}
}

/** What JSON is made of. */
interface Vocabulary {
	tree: fc.Arbitrary<unknown>;
	keys: string[];
}

function vocabularyOf(bodies: readonly unknown[]): Vocabulary {
	const keys = new Set<string>();
	const texts = new Set<string>();
	for (const body of bodies) {
		visit(body, (path, value) => {
			const key = path.at(-1);
			if (key !== undefined && !/^\d+$/.test(key)) keys.add(key);
			if (typeof value === 'string') texts.add(value);
		});
	}
	return { keys: [...keys], tree: treeOf([...keys], [...texts]) };
}

/**
 * Bodies like given ones: those with a few changes, others built of the same keys and words, any JSON, any text.
 *
 * @param models JSON as it is documented
 */
export function bodiesLike(models: readonly unknown[]): fc.Arbitrary<Body> {
	const { keys, tree } = vocabularyOf(models);
	const change = fc.record<Change>({
		place: fc.nat(200),
		kind: fc.constantFrom('replace', 'replace', 'remove', 'inList', 'inObject', 'rename', 'append'),
		value: tree,
		key: fc.oneof(fc.constantFrom(...keys), hostileText),
	});
	const near = fc
		.tuple(fc.constantFrom(...models), fc.array(change, { maxLength: 4 }))
		.map(([body, changes]) => changes.reduce(changed, body));
	// Where an address belongs, something that is none, or is one that nobody should follow.
	const misled = fc
		.tuple(fc.constantFrom(...models), fc.array(hostileText, { minLength: 1, maxLength: 3 }))
		.map(([body, texts]) => withOtherAddresses(body, texts));
	const cut = fc.tuple(near, fc.nat(2000)).map(([body, length]) => asText(JSON.stringify(body).slice(0, length)));
	return fc.oneof(
		{ weight: 10, arbitrary: near.map(asBody) },
		{ weight: 4, arbitrary: misled.map(asBody) },
		{ weight: 6, arbitrary: tree.map(asBody) },
		{ weight: 2, arbitrary: fc.jsonValue({ maxDepth: 4 }).map(asBody) },
		{ weight: 1, arbitrary: cut },
		{ weight: 1, arbitrary: hostileText.map(asText) },
	);
}

/** Bodies of a provider: like those of its fixtures. */
export function bodiesOf(fixtures: readonly Fixture[]): fc.Arbitrary<Body> {
	return bodiesLike(fixtures.flatMap(({ answers }) => answers.map(({ json, text }) => json ?? text)));
}

const STATUSES = [
	200, 201, 202, 204, 301, 302, 304, 307, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 422, 425, 429,
];
const FAULTS = [500, 501, 502, 503, 504, 520, 524, 529];

const status = fc.oneof(
	{ weight: 8, arbitrary: fc.constantFrom(200, 200, 201, 202) },
	{ weight: 6, arbitrary: fc.constantFrom(...STATUSES, ...FAULTS) },
	{ weight: 1, arbitrary: fc.integer({ min: 100, max: 999 }) },
);

const headers = fc.dictionary(
	fc.constantFrom('retry-after', 'date', 'location', 'content-type', 'x-webhook-signature'),
	fc.oneof(
		hostileText,
		fc.integer({ min: -10, max: 100_000 }).map(String),
		fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
		fc.webUrl(),
	),
	{ maxKeys: 3 },
);

/** Answers of a provider: any of its bodies under any status. */
export function answersOf(fixtures: readonly Fixture[]): fc.Arbitrary<HttpResponse> {
	return fc.tuple(bodiesOf(fixtures), status, headers).map(([{ json, text }, answerStatus, answerHeaders]) => ({
		status: answerStatus,
		headers: answerHeaders,
		json,
		text,
	}));
}

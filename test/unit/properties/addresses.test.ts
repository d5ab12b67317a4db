/** Ids stay ids and addresses stay addresses, whatever is in them; text is fit to be shown, moments are moments. */
import fc from 'fast-check';

import {
	cleanText,
	encodeSegment,
	isWebUrl,
	momentAt,
	retryAfterSeconds,
	wellFormed,
} from '../../../nodes/Hailuo/core/http/read';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import { expectShowable } from '../providers/legal';
import { hostileLeaf, hostileText } from './hostile';
import { describeProperties } from './run';

const BASE = 'https://provider.example/v1/tasks/';

const HOUR_SECONDS = 3600;

/** Ids that are paths, queries, escapes, steps up. */
const ids = fc.oneof(
	hostileText,
	fc
		.array(
			fc.constantFrom('..', '.', '/', '\\', '?', '#', '%', '%2e', '%2F', ' ', '+', '&', ';', 'x', 'é', '🎬', '\t'),
			{ maxLength: 6 },
		)
		.map((parts) => parts.join('')),
);

/** As a form or a gateway may spell an address. */
const addresses = fc.oneof(
	fc.webUrl({ withQueryParameters: true, withFragments: true }),
	fc.webUrl({ validSchemes: ['http', 'ftp', 'javascript', 'data', 'ws'] }),
	fc
		.tuple(fc.constantFrom('http:', 'https:', 'HTTPS:', 'https:/', 'https://', 'https:///', 'https:\\\\', '//'), ids)
		.map(([scheme, rest]) => scheme + rest),
	fc.tuple(fc.webUrl(), hostileText).map(([url, rest]) => url + rest),
	hostileText,
);

describeProperties('addresses', (holds) => {
	describe('an id in a path', () => {
		holds(
			'stays one segment, and comes out as it went in',
			ids,
			(id) => {
				const url = new URL(BASE + encodeSegment(id));
				expect([url.origin, url.search, url.hash]).toEqual(['https://provider.example', '', '']);
				expect(url.pathname.startsWith('/v1/tasks/')).toBe(true);
				const segment = url.pathname.slice('/v1/tasks/'.length);
				expect(segment).not.toMatch(/[/\\]/);
				// A dot or two would be a step in the path even when they are escaped once.
				const expected = id === '.' || id === '..' ? id.replaceAll('.', '%2E') : wellFormed(id);
				expect(decodeURIComponent(segment)).toBe(expected);
			},
			{ cases: 2000 },
		);

		holds(
			'or a query leaves the rest of the address alone, at every provider',
			fc.tuple(fc.constantFrom(...providers), ids),
			([adapter, jobId]) => {
				const shapeOf = (id: string) => {
					const { path, query = {}, method, body } = adapter.get({ jobId: id }).request;
					const url = new URL(`https://provider.example/base${path}`);
					for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
					const segments = url.pathname.split('/').length;
					return [method, body?.kind, url.origin, segments, [...url.searchParams.keys()], url.hash];
				};
				expect(shapeOf(jobId)).toEqual(shapeOf('job-1'));
			},
		);
	});

	describe('a web address', () => {
		holds(
			'is one to everybody else, leads where it says and holds no name or password',
			addresses,
			(address) => {
				if (!isWebUrl(address)) return;
				expect(address).toMatch(/^https?:\/\/[^/\s]/i);
				expect(address).not.toMatch(/[\n\r\t\0]/);
				const url = new URL(address);
				expect(['http:', 'https:']).toContain(url.protocol);
				expect([url.username, url.password]).toEqual(['', '']);
				expect(url.hostname).not.toBe('');
				// Read relative to our own address, as a careless client might, it is still itself.
				expect(new URL(address, 'https://n8n.example/').href).toBe(url.href);
			},
			{ cases: 2000 },
		);

		holds('that is in order is taken', fc.webUrl({ withQueryParameters: true, withFragments: true }), (address) => {
			expect(isWebUrl(address)).toBe(true);
			expect(isWebUrl(address.replace('://', '://someone@'))).toBe(false);
		});
	});

	describe('a text', () => {
		holds(
			'is one short line when it is shown, and the same when it is shown again',
			fc.tuple(hostileText, fc.integer({ min: 1, max: 500 })),
			([text, limit]) => {
				const clean = cleanText(text, limit);
				if (clean !== '') expectShowable(clean);
				expect(Array.from(clean).length).toBeLessThanOrEqual(limit);
				expect(cleanText(clean, limit)).toBe(clean);
			},
			{ cases: 1500 },
		);
	});

	describe('a moment', () => {
		const numbers = fc.oneof(fc.integer({ min: -1e9, max: 5e9 }), fc.double({ noNaN: true }), fc.maxSafeInteger());
		const spelled = fc.date().map((date) => (Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString()));

		holds(
			'is ISO 8601 between the years 2000 and 9999, or none',
			fc.oneof(numbers, numbers.map(String), spelled, hostileLeaf),
			(value) => {
				const moment = momentAt(value);
				if (moment === null) return;
				expect(moment).toMatch(/^[2-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
				expect(momentAt(moment)).toBe(moment);
			},
		);

		const afters = fc.oneof(fc.integer().map(String), fc.double().map(String), fc.date().map(String), hostileText);

		const spoken = fc.oneof(
			hostileText,
			afters.map((text) => `retry after ${text} s`),
		);

		holds(
			'to ask again is within the hour, or none is named',
			fc.tuple(fc.option(afters), fc.option(afters), fc.option(spoken)),
			([after, date, said]) => {
				const headers = { ...(after !== null && { 'retry-after': after }), ...(date !== null && { date }) };
				const seconds = retryAfterSeconds({ status: 429, headers, json: undefined, text: '' }, said);
				expect(seconds ?? 0).toBeGreaterThanOrEqual(0);
				expect(seconds ?? 0).toBeLessThanOrEqual(HOUR_SECONDS);
			},
		);
	});
});

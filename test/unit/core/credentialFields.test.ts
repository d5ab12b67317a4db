import fc from 'fast-check';
import { readAddress, readCredential, readKey } from '../../../nodes/Hailuo/core/http/credentialFields';

/** What gets into a field by pasting, and is not seen. */
const UNSEEN = [
	'\u200b',
	'\u200d',
	'\u2060',
	'\ufeff',
	'\u00ad',
	'\u202c',
	'\u0000',
	'\u0085',
	'\r\n',
	'\t',
	'\ufe0f',
	'\u3164',
];
const BLANKS = [' ', '\u00a0', '\u2003', '\u3000', '\u2800'];

const GOOD = { apiKey: 'afk_8a47e3', baseUrl: 'https://api.example' };

const problemOf = (fields: Record<string, unknown>) => {
	const read = readCredential({ ...GOOD, ...fields });
	return 'problem' in read ? read.problem : null;
};

describe('a key', () => {
	test.each([...UNSEEN, ...BLANKS])('is sent without %j, wherever it stands', (unseen) => {
		expect(readKey(`${unseen}afk_${unseen}8a47e3${unseen}`)).toBe('afk_8a47e3');
	});

	test('is what it was, when all in it can be seen', () => {
		fc.assert(
			fc.property(fc.stringMatching(/^[\x21-\x7e\xa1-\xac\xae-\xff]{1,80}$/), (key) => {
				expect(readKey(key)).toBe(key);
				expect(readCredential({ ...GOOD, apiKey: key })).toMatchObject({ keys: { apiKey: key, apiSecret: null } });
			}),
		);
	});

	test('that is read once more is the same, and fits into a header unless it is refused', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				const key = readKey(text);
				expect(readKey(key)).toBe(key);
				const read = readCredential({ ...GOOD, apiKey: text });
				if ('problem' in read) return;
				expect(() => new Headers({ 'x-api-key': read.keys.apiKey })).not.toThrow();
				expect(new Headers({ 'x-api-key': read.keys.apiKey }).get('x-api-key')).toBe(key);
			}),
		);
	});

	test.each(['', '  ', '\u200b\n', undefined, null, {}])('that is %j is refused as empty', (apiKey) => {
		expect(problemOf({ apiKey })?.title).toBe("The credential's 'API Key' is empty");
	});

	test.each(['кey-12345678', 'key-视频', 'key-🎬', '••••••••', 'key–1'])(
		'that no header can hold is refused, and not shown: %s',
		(apiKey) => {
			const problem = problemOf({ apiKey });
			expect(problem?.title).toBe("The credential's 'API Key' holds a character that no request can carry");
			expect(JSON.stringify(problem)).not.toContain(apiKey);
		},
	);
});

describe('a secret', () => {
	test.each<[string, Record<string, unknown>, string | null]>([
		['where a project signs', { authentication: 'signature', apiSecret: ' se\u200bcret-✓' }, 'secret-✓'],
		['where nothing says how to prove oneself', { apiSecret: 'secret' }, 'secret'],
		['nowhere else', { authentication: 'apiKey', apiSecret: 'secret' }, null],
		['at no other provider', {}, null],
	])('is read %s', (_where, fields, apiSecret) => {
		expect(readCredential({ ...GOOD, ...fields })).toMatchObject({ keys: { apiSecret } });
	});

	test.each([{ authentication: 'signature', apiSecret: ' ' }, { apiSecret: '\u200b' }])(
		'that signs and is not there is refused: %j',
		(fields) => {
			expect(problemOf(fields)?.title).toBe("The credential's 'API Secret' is empty");
		},
	);
});

describe('an address', () => {
	test.each([
		['https://api.example', 'https://api.example'],
		['https://api.example/', 'https://api.example'],
		[' https://api.example// ', 'https://api.example'],
		['https://api.example/proxy/v1/', 'https://api.example/proxy/v1'],
		['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
		['https://api.exa\u200bmple\ufeff', 'https://api.example'],
		['https://api.example\n', 'https://api.example'],
		['https://[::1]:8443', 'https://[::1]:8443'],
	])('%j is read as %s', (field, address) => {
		expect(readAddress(field)).toBe(address);
	});

	const NONE = [
		'',
		'api.example',
		'//api.example',
		'ftp://api.example',
		'file:///',
		'https:api.example',
		'http://A\\@B',
		'https://api.example\\@other.example',
		'\\\\api.example',
		'https://api.example#/proxy',
		'https://api.example/#',
		'https://api.example?key=1',
		'https://api.example/?',
		'https://user@api.example',
		'https://user:password@api.example',
		'https://api.example /proxy',
		'https://api example',
		'={{ $json.address }}',
		7,
		null,
		undefined,
	];

	test.each(NONE)('%j is none', (field) => {
		expect(readAddress(field)).toBeNull();
	});

	test.each(NONE)('%j is refused in the words of the form, and not shown', (field) => {
		const base = problemOf({ baseUrl: field, filesBaseUrl: 'https://files.example' });
		expect(base?.title).toBe("The credential's 'Base URL' is not a web address");
		const files = problemOf({ filesBaseUrl: field });
		expect(files?.title).toBe("The credential's 'Files Base URL' is not a web address");
		expect(JSON.stringify(base)).not.toContain('password');
	});

	test('that is taken has each path behind it, at its own origin', () => {
		const bits = fc.constantFrom('@', '\\', '#', '?', '/', ':', '.', '..', ' ', '\u200b', 'a.example', '%2f', 'user');
		const addresses = fc.oneof(
			fc.array(bits, { maxLength: 8 }).map((parts) => `https://${parts.join('')}`),
			fc.webUrl({ withFragments: true, withQueryParameters: true }),
		);
		fc.assert(
			fc.property(addresses, (field) => {
				const address = readAddress(field);
				if (address === null) return;
				expect(readAddress(address)).toBe(address);
				const { origin, pathname, search, hash, username } = new URL(`${address}/v2/me`);
				expect([origin, search, hash, username]).toEqual([new URL(address).origin, '', '', '']);
				expect(pathname.endsWith('/v2/me')).toBe(true);
			}),
			{ numRuns: 2000 },
		);
	});

	test('of files is that of the API where a credential has none of its own', () => {
		expect(readCredential(GOOD)).toMatchObject({ addresses: { api: GOOD.baseUrl, files: GOOD.baseUrl } });
	});
});

import { equalInConstantTime, hmacHex, sha256, sha256Hex } from '../../../nodes/Hailuo/core/http/hmac';

describe('SHA-256', () => {
	/** Known answers: the first three are NIST's (FIPS 180-4 examples), the last is from `printf 'Grüße 🎬' | sha256sum`. */
	test.each([
		['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
		['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
		[
			'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
			'248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
		],
		['Grüße 🎬', '0f1e67b9760453dfa300720d68452ed13c4311dbf80c4e9848c6447fb301ef20'],
	])('of %j is the known one', (text, digest) => {
		expect(sha256Hex(text)).toBe(digest);
		expect(sha256Hex(new TextEncoder().encode(text))).toBe(digest);
		expect(Buffer.from(sha256(text)).toString('hex')).toBe(digest);
	});
});

describe('HMAC-SHA256', () => {
	const hexOf = (text: string) => Buffer.from(text).toString('hex');
	const LONG_KEY = 'aa'.repeat(131);
	const LONG_TEXT =
		'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.';

	/** RFC 4231, test cases 1, 2, 3, 6 and 7. */
	test.each([
		[1, '0b'.repeat(20), hexOf('Hi There'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
		[
			2,
			hexOf('Jefe'),
			hexOf('what do ya want for nothing?'),
			'5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
		],
		[3, 'aa'.repeat(20), 'dd'.repeat(50), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
		[
			6,
			LONG_KEY,
			hexOf('Test Using Larger Than Block-Size Key - Hash Key First'),
			'60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
		],
		[7, LONG_KEY, hexOf(LONG_TEXT), '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2'],
	])('agrees with RFC 4231, case %i', (_case, key, data, digest) => {
		expect(hmacHex(Buffer.from(key, 'hex'), Buffer.from(data, 'hex'))).toBe(digest);
	});

	test('takes text as UTF-8', () => {
		// printf '{"id":"ü"}' | openssl dgst -sha256 -hmac 'schlüssel'
		expect(hmacHex('schlüssel', '{"id":"ü"}')).toBe('d9288ca7244490af4d4348fd1dc0c2f91141e885760923b4866038129663a41c');
	});
});

describe('a comparison', () => {
	test.each([
		['', '', true],
		['abc', 'abc', true],
		['abc', 'abd', false],
		['abc', 'ABC', false],
		['abc', 'abcd', false],
		['abc', '', false],
		['é', 'e\u0301', false],
		// Both are the replacement character once they are bytes.
		['\ud800', '\ud801', false],
	])('of %j and %j says %s', (left, right, expected) => {
		expect(equalInConstantTime(left, right)).toBe(expected);
		expect(equalInConstantTime(right, left)).toBe(expected);
	});
});

import fc from 'fast-check';
import { isWebUrl } from '../../../nodes/Hailuo/core/http/read';
import { describeAddressProblem, toUri } from '../../../nodes/Hailuo/core/video/address';

describe('an address that a provider is to open', () => {
	test.each([
		['blanks', 'https://a.example/my boat.png?q=a b#c d', 'https://a.example/my%20boat.png?q=a%20b#c%20d'],
		['other scripts', 'https://a.example/視頻.png?x=ü', 'https://a.example/%E8%A6%96%E9%A0%BB.png?x=%C3%BC'],
		['emoji', 'https://a.example/🚤.png', 'https://a.example/%F0%9F%9A%A4.png'],
		['half an emoji', 'https://a.example/\ud83d.png', 'https://a.example/%EF%BF%BD.png'],
		['a domain of another script', 'https://bücher.example:8443/a.png', 'https://xn--bcher-kva.example:8443/a.png'],
		['characters no URI has', 'https://a.example/{a}|"<b>`^\\', 'https://a.example/%7Ba%7D%7C%22%3Cb%3E%60%5E%5C'],
		['a percent sign', 'https://a.example/50%.png?a=%zz', 'https://a.example/50%25.png?a=%25zz'],
	])('with %s is sent as a URI', (_what, address, uri) => {
		expect(toUri(address)).toBe(uri);
	});

	test.each([
		'https://a.example',
		'HTTPS://A.EXAMPLE/B.PNG',
		'https://a.example/a%20b/first.png?sig=Zm9v%2Bbar%3D&width=1+2',
		"https://a.example/~u/(a)[b]!$&'*+,;=:@?a[0]=%c3%bc&&flag#top",
		'https://[2001:db8::1]:8443/a.png',
	])('that is a URI stays as it is, for it may be signed: %s', (address) => {
		expect(toUri(address)).toBe(address);
	});

	test('whatever it holds becomes a URI for the same thing, and a URI stays one', () => {
		const addresses = fc
			.tuple(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string({ unit: 'binary' }))
			.map(([url, text]) => `${url}/${text}`)
			.filter((address) => isWebUrl(address));
		fc.assert(
			fc.property(addresses, (address) => {
				const uri = toUri(address);
				expect(uri).toMatch(/^(?:[!#$&-;=?-Z[\]_a-z~]|%[0-9a-fA-F]{2})+$/);
				expect(toUri(uri)).toBe(uri);
				const read = (text: string) => text.replace(/%25(?![0-9a-f]{2})/gi, '%');
				const parts = (text: string) => [...text.matchAll(/(?:%[0-9a-f]{2})+/gi)].length;
				expect(parts(read(uri))).toBeGreaterThanOrEqual(parts(address));
				expect(new URL(uri).host).toBe(new URL(address).host);
			}),
		);
	});

	test.each([
		['', 'is empty'],
		[' \n', 'is empty'],
		...[
			'https://a.example/1.png,https://b.example/2.png',
			'https://a.example/1.png, http://b.example',
			'http://a.example/1\nhttps://b.example/2',
			'https://a.example;https://b.example',
			'https://a.example|"https://b.example"',
		].map((address) => [address, 'holds more than one address; give one']),
		...[
			'https://user:secret@a.example/',
			'http://user@a.example',
			'https://:secret@a.example',
			'HTTPS://u:secret@a.example/@',
		].map((address) => [address, 'holds a user name or a password; give an address that opens without signing in']),
		...[
			'a.example/a.png',
			'https:a.example',
			'https:///a.png',
			'file:///a.png',
			'data:image/png;base64,iVBORw0KGgo=',
			'https://a.example\\b',
			'undefined',
		].map((address) => [address, `'${address}' is not a web address that begins with https:// or http://`]),
	])('%j %s', (address, problem) => {
		expect(describeAddressProblem('Image URL', address!)).toBe(`'Image URL' ${problem}`);
	});

	test.each([
		'https://a.example/fetch?url=https://b.example/a.png',
		'https://web.example/2026/https://b.example/a.png',
		'https://a.example/w_100,h_100/a.png',
		'https://a.example/@user/a.png',
		'https://a.example/?q=a@b.example',
		'https://a.example/?path=C:\\a',
	])('%s is one', (address) => {
		expect(describeAddressProblem('Image URL', address)).toBeNull();
	});

	test('is never shown with its password, however it is spelled', () => {
		const scheme = fc.constantFrom('https', 'HTTP', 'ftp', 'sftp', 'postgres', '');
		const tail = fc.constantFrom('a.example/x', 'a.example', '', ' a b', 'a.example\\@b', '/x');
		const user = fc.constantFrom('', 'user', 'üser', 'a@b', 'a%40b');
		fc.assert(
			fc.property(scheme, user, tail, (start, name, end) => {
				const problem = describeAddressProblem('Image URL', `${start}://${name}:p4ssw0rd@${end}`);
				expect(problem).not.toBeNull();
				expect(problem).not.toContain('p4ssw0rd');
			}),
		);
	});
});

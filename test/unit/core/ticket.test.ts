import fc from 'fast-check';

import {
	addTicket,
	concealTickets,
	readTicket,
	TICKET_LIFETIME_SECONDS,
	triggerPlaceOf,
	writeTicket,
	type Ticket,
} from '../../../nodes/Hailuo/core/callback/ticket';

const SECRET = 'wiro-test-key';
const ISSUED = 1_760_000_000;
const TICKET: Ticket = {
	resumeUrl: 'https://n8n.example/webhook-waiting/7/hailuo?signature=abc',
	context: { row: 7, note: 'ü' },
	serial: '00c0ffee00c0ffee',
};

// payload='[1760000000,"https://n8n.example/webhook-waiting/7/hailuo?signature=abc",{"row":7,"note":"ü"},"00c0ffee00c0ffee"]'
// body=$(printf %s "$payload" | openssl base64 -A | tr '+/' '-_' | tr -d '=')
// key=$(printf %s "n8n-nodes-hailuo ticket wiro wiro-test-key" | openssl dgst -sha256 -r | cut -d' ' -f1)
// printf %s "$body" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$key
// printf %s "$body 5f0c1a52/hailuo" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$key
const PAYLOAD =
	'WzE3NjAwMDAwMDAsImh0dHBzOi8vbjhuLmV4YW1wbGUvd2ViaG9vay13YWl0aW5nLzcvaGFpbHVvP3NpZ25hdHVyZT1hYmMiLHsicm93Ijo3LCJub3RlIjoiw7wifSwiMDBjMGZmZWUwMGMwZmZlZSJd';
const SIGNATURE = '03edf2160c709ac552a5cd58f6fe59b73e78176c8b1a584d70922b41f7fb6135';
const SIGNATURE_FOR_OURS = 'acd7bc9f275bfe39d6eeac1cd42b2df71a181d94703d1316de8fdf008879c7e7';
const OURS = '5f0c1a52/hailuo';
const TEXT = `${PAYLOAD}.${SIGNATURE}`;

const read = (text: string, { secret = SECRET, provider = 'wiro', age = 60, place = '' } = {}) =>
	readTicket(secret, provider, ISSUED + age, text, place);

describe('a ticket', () => {
	test('is written as openssl writes it', () => {
		expect(writeTicket(SECRET, 'wiro', ISSUED, TICKET)).toBe(TEXT);
	});

	test('for one trigger is signed for it, as openssl signs it', () => {
		expect(writeTicket(SECRET, 'wiro', ISSUED, TICKET, OURS)).toBe(`${PAYLOAD}.${SIGNATURE_FOR_OURS}`);
	});

	test.each([
		['the trigger it is for', SIGNATURE_FOR_OURS, OURS, TICKET],
		['another trigger', SIGNATURE_FOR_OURS, '77aa01bc/hailuo', null],
		['a trigger whose address is not known', SIGNATURE_FOR_OURS, '', null],
		['any trigger, where it is for none', SIGNATURE, OURS, TICKET],
	])('is judged at %s', (_where, signature, place, expected) => {
		expect(read(`${PAYLOAD}.${signature}`, { place })).toEqual(expected);
	});

	test.each(['', ' ', '\t\n'])('is none under the blank key %j', (secret) => {
		expect(read(writeTicket(secret, 'wiro', ISSUED, TICKET), { secret })).toBeNull();
	});

	test('without a serial number, as an older release wrote it, is none', () => {
		const text = writeTicket(SECRET, 'wiro', ISSUED, { ...TICKET, serial: '' });
		expect(read(text)).toBeNull();
	});

	test('comes back as it was written', () => {
		expect(read(TEXT)).toEqual(TICKET);
	});

	test('comes back whatever it holds', () => {
		const tickets = fc.record({
			resumeUrl: fc.option(fc.webUrl()),
			context: fc.jsonValue(),
			serial: fc.constant(TICKET.serial),
		});
		const secrets = fc.string().filter((secret) => secret.trim() !== '');
		fc.assert(
			fc.property(tickets, secrets, (ticket, secret) => {
				const wire: Ticket = JSON.parse(JSON.stringify(ticket));
				const text = writeTicket(secret, 'wiro', ISSUED, wire);
				expect(text).toMatch(/^[\w-]+\.[0-9a-f]{64}$/);
				expect(readTicket(secret, 'wiro', ISSUED, text)).toEqual(wire);
			}),
		);
	});

	test.each([
		["another credential's", { secret: 'wiro-other-key' }],
		["another provider's", { provider: 'evolink' }],
		['a second too old', { age: TICKET_LIFETIME_SECONDS + 1 }],
		['from further ahead than clocks differ', { age: -301 }],
	])('is refused when it is %s', (_case, circumstances) => {
		expect(read(TEXT, circumstances)).toBeNull();
	});

	test.each([
		['a day old', { age: TICKET_LIFETIME_SECONDS }],
		['from a clock that is five minutes ahead', { age: -300 }],
	])('is taken when it is %s', (_case, circumstances) => {
		expect(read(TEXT, circumstances)).toEqual(TICKET);
	});

	test('lives for a day', () => {
		expect(TICKET_LIFETIME_SECONDS).toBe(86_400);
	});

	test.each([
		['nothing', ''],
		['a dot', '.'],
		['its payload alone', PAYLOAD],
		['without its signature', `${PAYLOAD}.`],
		['without its payload', `.${SIGNATURE}`],
		['in three parts', `${TEXT}.${SIGNATURE}`],
		['with the signature in capitals', `${PAYLOAD}.${SIGNATURE.toUpperCase()}`],
		['with a payload padded', `${PAYLOAD}=.${SIGNATURE}`],
	])('is refused when it is %s', (_case, text) => {
		expect(read(text)).toBeNull();
	});

	test('is refused when any character of it is another', () => {
		for (let index = 0; index < TEXT.length; index += 1) {
			const other = TEXT[index] === 'A' ? 'B' : 'A';
			expect(read(TEXT.slice(0, index) + other + TEXT.slice(index + 1))).toBeNull();
		}
	});

	test('is not forged by anything', () => {
		fc.assert(fc.property(fc.string(), (text) => expect(read(text)).toBeNull()));
		fc.assert(fc.property(fc.jsonValue(), (value) => expect(read(JSON.stringify(value))).toBeNull()));
	});
});

describe('a ticket in an address', () => {
	test.each([
		['https://n8n.example/webhook/1/hailuo', 'https://n8n.example/webhook/1/hailuo?hailuoTicket=a.b'],
		['https://n8n.example/?team=a%26b', 'https://n8n.example/?team=a%26b&hailuoTicket=a.b'],
		['https://n8n.example/x#part', 'https://n8n.example/x?hailuoTicket=a.b'],
		['https://n8n.example/x#?part', 'https://n8n.example/x?hailuoTicket=a.b'],
		['https://n8n.example/x?', 'https://n8n.example/x?hailuoTicket=a.b'],
		['https://n8n.example/x?sig=a%20b~c&flag', 'https://n8n.example/x?sig=a%20b~c&flag&hailuoTicket=a.b'],
		["https://n8n.example/x?a=b+c'd&&e=?f", "https://n8n.example/x?a=b+c'd&&e=?f&hailuoTicket=a.b"],
		[
			'https://n8n.example/x?stadt=Köln am Rhein',
			'https://n8n.example/x?stadt=K%C3%B6ln%20am%20Rhein&hailuoTicket=a.b',
		],
		['https://n8n.example/x?hailuoTicket=old&hailuoTicket=older', 'https://n8n.example/x?hailuoTicket=a.b'],
		['https://n8n.example/x?hailuoTicketed=1&hailuoTicket', 'https://n8n.example/x?hailuoTicketed=1&hailuoTicket=a.b'],
	])('%s becomes %s', (address, expected) => {
		expect(addTicket(address, 'a.b')).toBe(expected);
	});

	test('follows a query that stays as it is to the letter', () => {
		const letters = fc.stringMatching(/^[!"$-~]+$/).filter((query) => !query.includes('hailuoTicket'));
		fc.assert(
			fc.property(letters, (query) => {
				expect(addTicket(`https://n8n.example/x?${query}`, 'a.b')).toBe(
					`https://n8n.example/x?${query}&hailuoTicket=a.b`,
				);
			}),
		);
	});
});

describe('an address is for the trigger', () => {
	test.each([
		['https://n8n.example.com/webhook/5f0c1a52/hailuo', OURS],
		['https://n8n.example.com/webhook-test/5f0c1a52/hailuo', OURS],
		['http://localhost:5678/sub/webhook/5f0c1a52/hailuo/?team=a#top', OURS],
		['https://relay.example.com/5f0c1a52', ''],
		['https://relay.example.com/hailuo', ''],
		['https://relay.example.com/?to=/webhook/5f0c1a52/hailuo', ''],
		['no address', ''],
		['', ''],
	])('%s: %j', (url, place) => {
		expect(triggerPlaceOf(url)).toBe(place);
	});
});

describe('in what others quote', () => {
	const doorbell = 'https://n8n.example/webhook-waiting/7/hailuo?signature=0a1b2c';
	const twice = (text: string) => encodeURIComponent(encodeURIComponent(text));

	test.each([
		[`https://n8n.example/x?a=1&hailuoTicket=${TEXT}`, 'https://n8n.example/x?a=1&hailuoTicket=***'],
		[`Cannot call "${doorbell}".`, 'Cannot call "https://n8n.example/webhook-waiting/7/hailuo?signature=***".'],
		['https://n8n.example/webhook-waiting/7?signature=0a1b2c', 'https://n8n.example/webhook-waiting/7?signature=***'],
		[
			`to=${encodeURIComponent(`${doorbell}&hailuoTicket=a.b`)}`,
			`to=${encodeURIComponent(doorbell).replace('0a1b2c', '***')}`,
		],
		[twice(doorbell), twice(doorbell).replace('0a1b2c', '***')],
		[
			'{"url":"https:\\/\\/n8n.example\\/webhook-waiting\\/7\\/hailuo?signature\\u003d0a1b2c"}',
			'{"url":"https:\\/\\/n8n.example\\/webhook-waiting\\/7\\/hailuo?signature\\u003d***"}',
		],
	])('%s is masked', (text, expected) => {
		expect(concealTickets(text)).toBe(expected);
	});

	test.each([
		'https://videos.example/a.mp4?Expires=1&Signature=abc&Key-Pair-Id=x',
		'https://videos.example/a.mp4?X-Amz-Signature=0a1b2c',
		'https://videos.example/hailuo.mp4?signature=abc',
		'hailuoTicket is missing',
	])('%s is left', (text) => {
		expect(concealTickets(text)).toBe(text);
	});

	test('no ticket comes through, whatever surrounds it', () => {
		const around = fc.tuple(
			fc.string(),
			fc.constantFrom('?', '&', '%26', '\\u0026'),
			fc.constantFrom('=', '%3D', '\\u003d'),
		);
		fc.assert(
			fc.property(around, fc.constantFrom('"', ' ', '&b=1', ''), ([before, separator, equals], after) => {
				const shown = concealTickets(`${before}${separator}hailuoTicket${equals}${TEXT}${after}`);
				expect(shown).not.toContain(SIGNATURE);
				expect(shown).not.toContain(PAYLOAD);
				expect(shown.startsWith(before)).toBe(true);
			}),
		);
	});
});

import fc from 'fast-check';

import {
	addTicket,
	readTicket,
	TICKET_LIFETIME_SECONDS,
	writeTicket,
	type Ticket,
} from '../../../nodes/Hailuo/core/callback/ticket';

const SECRET = 'wiro-test-key';
const ISSUED = 1_760_000_000;
const TICKET: Ticket = {
	resumeUrl: 'https://n8n.example/webhook-waiting/7/hailuo?signature=abc',
	context: { row: 7, note: 'ü' },
};

// payload='[1760000000,"https://n8n.example/webhook-waiting/7/hailuo?signature=abc",{"row":7,"note":"ü"}]'
// body=$(printf %s "$payload" | openssl base64 -A | tr '+/' '-_' | tr -d '=')
// key=$(printf %s "n8n-nodes-hailuo ticket wiro wiro-test-key" | openssl dgst -sha256 -r | cut -d' ' -f1)
// printf %s "$body" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$key
const PAYLOAD =
	'WzE3NjAwMDAwMDAsImh0dHBzOi8vbjhuLmV4YW1wbGUvd2ViaG9vay13YWl0aW5nLzcvaGFpbHVvP3NpZ25hdHVyZT1hYmMiLHsicm93Ijo3LCJub3RlIjoiw7wifV0';
const SIGNATURE = '71ba28e6a073c511ff7aa41e38951fce9728e22d99b2789c23d19c5f68167f37';
const TEXT = `${PAYLOAD}.${SIGNATURE}`;

const read = (text: string, { secret = SECRET, provider = 'wiro', age = 60 } = {}) =>
	readTicket(secret, provider, ISSUED + age, text);

describe('a ticket', () => {
	test('is written as openssl writes it', () => {
		expect(writeTicket(SECRET, 'wiro', ISSUED, TICKET)).toBe(TEXT);
	});

	test('comes back as it was written', () => {
		expect(read(TEXT)).toEqual(TICKET);
	});

	test('comes back whatever it holds', () => {
		const tickets = fc.record({ resumeUrl: fc.option(fc.webUrl()), context: fc.jsonValue() });
		fc.assert(
			fc.property(tickets, fc.string(), (ticket, secret) => {
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
		['https://n8n.example/x?hailuoTicket=old&hailuoTicket=older', 'https://n8n.example/x?hailuoTicket=a.b'],
	])('%s becomes %s', (address, expected) => {
		expect(addTicket(address, 'a.b')).toBe(expected);
	});
});

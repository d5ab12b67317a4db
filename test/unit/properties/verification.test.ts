/** What is signed is taken as it was written, and whatever was altered on the way is not. */
import { createHash, createHmac } from 'node:crypto';

import fc from 'fast-check';

import {
	addTicket,
	readTicket,
	TICKET_LIFETIME_SECONDS,
	TICKET_PARAMETER,
	writeTicket,
	type Ticket,
} from '../../../nodes/Hailuo/core/callback/ticket';
import { isOwnDoorbell } from '../../../nodes/Hailuo/io/doorbells';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import { apiframe } from '../../../nodes/Hailuo/providers/apiframe/apiframe';
import { words } from '../../tools/support/words';
import { alterBytes, alteration } from './alter';
import { anyText, hostileText } from './hostile';
import { describeProperties } from './run';

/** Clocks may differ by five minutes. */
const TOLERANCE_SECONDS = 300;

/** Keys as people paste them; a half of a surrogate pair has no bytes of its own, so none has one. */
const secrets = fc.oneof(
	fc.base64String({ minLength: 8, maxLength: 64 }),
	anyText.filter((text) => text.trim() !== ''),
);

const providerIds = fc.constantFrom(...providers.map(({ id }) => id));

const tickets: fc.Arbitrary<Ticket> = fc
	.record({
		resumeUrl: fc.option(fc.webUrl({ withQueryParameters: true })),
		context: fc.jsonValue(),
		serial: fc.stringMatching(/^[0-9a-f]{16}$/),
	})
	.map((ticket) => JSON.parse(JSON.stringify(ticket)) as Ticket);

const written = fc
	.record({
		secret: secrets,
		provider: providerIds,
		issuedAt: fc.integer({ min: 1_500_000_000, max: 2_500_000_000 }),
		age: fc.integer({ min: -TOLERANCE_SECONDS, max: TICKET_LIFETIME_SECONDS }),
		ticket: tickets,
	})
	.map((given) => ({ ...given, text: writeTicket(given.secret, given.provider, given.issuedAt, given.ticket) }));

/** The same JSON in other bytes, under the signature of the first. */
function rewritten(text: string): string {
	const [payload = '', signature = ''] = text.split('.');
	const json = Buffer.from(payload, 'base64url').toString('utf8');
	return `${Buffer.from(` ${json}`).toString('base64url')}.${signature}`;
}

const sign = (key: string | Buffer, body: Uint8Array) => createHmac('sha256', key).update(body).digest('hex');
const digestOf = (text: string) => createHash('sha256').update(text).digest();

/** A callback of Apiframe: any bytes, JSON among them, signed as its SDK verifies it. */
const signed = fc
	.record({
		secret: secrets,
		body: fc.oneof(
			fc.uint8Array({ maxLength: 200 }),
			fc.jsonValue().map((value) => new Uint8Array(Buffer.from(JSON.stringify(value, null, 1)))),
		),
	})
	.map((given) => ({ ...given, signature: sign(digestOf(given.secret), given.body) }));

const verify = (body: Uint8Array, header: string | undefined, secret: string) =>
	apiframe.callbacks!.verify!(body, header === undefined ? {} : { 'x-webhook-signature': header }, secret);

/** Blanks around it, case and the prefix do not count. */
const sameSignature = (left: string, right: string) => bare(left) === bare(right);
const bare = (header: string) =>
	header
		.trim()
		.toLowerCase()
		.replace(/^sha256=/, '');

const spellings: ReadonlyArray<(signature: string) => string> = [
	(signature) => signature,
	(signature) => `sha256=${signature}`,
	(signature) => signature.toUpperCase(),
	(signature) => ` sha256=${signature.toUpperCase()}\t`,
];

describeProperties('verification', (holds) => {
	describe('a ticket', () => {
		holds('that is genuine is accepted and says what was written', written, (given) => {
			const read = readTicket(given.secret, given.provider, given.issuedAt + given.age, given.text);
			expect(read).toEqual(given.ticket);
		});

		holds(
			'that was altered is refused',
			fc.tuple(written, fc.array(alteration, { minLength: 1, maxLength: 3 })),
			([given, alterations]) => {
				const text = alterations.reduce((before, alter) => alter(before), given.text);
				fc.pre(text !== given.text);
				expect(readTicket(given.secret, given.provider, given.issuedAt + given.age, text)).toBeNull();
			},
			{ cases: 2000 },
		);

		holds('whose content was written again under the old signature is refused', written, (given) => {
			const now = given.issuedAt + given.age;
			expect(readTicket(given.secret, given.provider, now, rewritten(given.text))).toBeNull();
		});

		holds('with the signature of another ticket is refused', fc.tuple(written, written), ([one, other]) => {
			const [payload = ''] = one.text.split('.');
			const [otherPayload, signature = ''] = other.text.split('.');
			fc.pre(payload !== otherPayload);
			expect(readTicket(one.secret, one.provider, one.issuedAt + one.age, `${payload}.${signature}`)).toBeNull();
		});

		holds(
			'is refused under another key or provider',
			fc.tuple(written, fc.oneof(secrets, hostileText), providerIds, fc.boolean()),
			([given, key, provider, sameKey]) => {
				const secret = sameKey ? given.secret : key;
				fc.pre(secret !== given.secret || provider !== given.provider);
				expect(readTicket(secret, provider, given.issuedAt + given.age, given.text)).toBeNull();
			},
		);

		holds(
			'is refused when its time has passed or has not come',
			fc.tuple(written, fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 2e9 })), fc.boolean()),
			([given, beyond, late]) => {
				const age = late ? TICKET_LIFETIME_SECONDS + beyond : -TOLERANCE_SECONDS - beyond;
				expect(readTicket(given.secret, given.provider, given.issuedAt + age, given.text)).toBeNull();
			},
		);

		holds(
			'comes through a callback address whole, and leaves the rest of it alone',
			fc.tuple(fc.webUrl({ withQueryParameters: true, withFragments: true }), written),
			([url, { text }]) => {
				const address = new URL(addTicket(url, text));
				expect(address.searchParams.get(TICKET_PARAMETER)).toBe(text);
				expect(address.hash).toBe('');
				address.searchParams.delete(TICKET_PARAMETER);
				const plain = new URL(url);
				expect([address.origin, address.pathname]).toEqual([plain.origin, plain.pathname]);
				expect([...address.searchParams]).toEqual([...plain.searchParams]);
			},
		);
	});

	describe("Apiframe's signature", () => {
		holds(
			'is accepted when it is genuine, however it is spelled',
			fc.tuple(signed, fc.constantFrom(...spellings)),
			([{ body, signature, secret }, spell]) => expect(verify(body, spell(signature), secret)).toBe(true),
		);

		holds(
			'is refused when the body was altered',
			fc.tuple(signed, fc.nat(), fc.nat(7), fc.constantFrom('flip', 'truncate', 'append', 'parse')),
			([{ body, signature, secret }, place, bit, kind]) => {
				const bytes = alterBytes(body, kind, place, bit);
				fc.pre(!Buffer.from(bytes).equals(body));
				expect(verify(bytes, `sha256=${signature}`, secret)).toBe(false);
			},
			{ cases: 1500 },
		);

		holds(
			'is refused when it was altered or is missing',
			fc.tuple(signed, fc.option(alteration), fc.constantFrom(...spellings)),
			([{ body, signature, secret }, alter, spell]) => {
				const header = alter?.(spell(signature));
				fc.pre(header === undefined || !sameSignature(header, signature));
				expect(verify(body, header, secret)).toBe(false);
			},
			{ cases: 1500 },
		);

		holds(
			'is refused under another key, and when it was made in another way',
			fc.tuple(signed, fc.oneof(secrets, hostileText, fc.constant('')), fc.boolean()),
			([{ body, signature, secret }, other, ownKey]) => {
				fc.pre(other !== secret);
				expect(verify(body, signature, other)).toBe(false);
				const foreign = ownKey ? sign(secret, body) : sign(digestOf(other), body);
				expect(verify(body, foreign, secret)).toBe(false);
			},
		);
	});

	describe('a doorbell', () => {
		const own = 'https://n8n.example/sub/webhook-waiting/7';
		const ours = /^https:\/\/n8n\.example\/sub\/webhook-waiting\/\w+\/hailuo(?:[?#]|$)/;
		const hosts = fc.constantFrom(
			...words('https://n8n.example https://n8n.example:443 http://n8n.example https://a@n8n.example'),
		);
		const parts = fc.constantFrom(...words('sub webhook-waiting 7 12 hailuo .. . %2e%2e \\ @ rest'), '');
		const wild = fc.tuple(hosts, fc.array(parts, { maxLength: 6 })).map(([host, path]) => [host, ...path].join('/'));
		const right = fc
			.tuple(hosts, fc.constantFrom('7', '12', '-', ''), fc.constantFrom('', '?signature=abc', '/', '#'))
			.map(([host, id, end]) => `${host}/sub/webhook-waiting/${id}/hailuo${end}`);
		const edited = fc.tuple(right, alteration).map(([url, alter]) => alter(url));

		holds(
			'is one of this n8n: its waiting endpoint, one execution, our path',
			fc.oneof(right, edited, wild, fc.webUrl(), hostileText),
			(url) => {
				const expected = URL.canParse(url) && ours.test(new URL(url).href);
				expect(isOwnDoorbell(own, url)).toBe(expected);
			},
			{ cases: 1500 },
		);
	});
});

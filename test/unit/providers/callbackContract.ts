import fc from 'fast-check';

import { JOB_STATUSES } from '../../../nodes/Hailuo/core/job/job';
import {
	concerns,
	type CallbackCapability,
	type CallbackNote,
	type ProviderAdapter,
} from '../../../nodes/Hailuo/providers/adapter';
import type { Fixture } from './builders';
import { damaged, expectLegalJob, MEANINGLESS_BODIES } from './legal';

function expectLegalNote(note: CallbackNote, adapter: ProviderAdapter): void {
	const { jobId, handles = {} } = note.reference;
	const names = [jobId, ...Object.values(handles)];
	for (const name of names) expect(name.trim()).not.toBe('');
	for (const name of names) expect(concerns(note, { jobId: name })).toBe(true);
	expect(adapter.handles).toEqual(expect.arrayContaining(Object.keys(handles)));
	expect(JOB_STATUSES).toContain(note.status);
	if (!note.job) return;
	expectLegalJob(note.job, adapter);
	expect(note.job.jobId).toBe(jobId);
}

/**
 * What every provider must keep that reports to an address, whoever writes it.
 *
 * @param callbacks fixtures of them; among them one of a success, one of a failure, and a signed one where it signs
 */
export function describeCallbackContract(adapter: ProviderAdapter, callbacks: readonly Fixture[]): void {
	const capability = adapter.callbacks;
	if (capability === undefined) {
		test(`${adapter.label} has no callbacks, and so no fixtures of them`, () => expect(callbacks).toEqual([]));
		return;
	}
	const { readCallback } = capability;
	const handshake = (body: unknown) => capability.handshake?.(body) ?? null;
	const calls = callbacks.filter((fixture) => fixture.handshake === undefined);
	const trials = callbacks.filter((fixture) => fixture.handshake !== undefined);

	describe(`a callback of ${adapter.label}`, () => {
		test('tells of success and of failure', () => {
			const statuses = calls.map(({ note }) => note?.status);
			expect(statuses).toEqual(expect.arrayContaining(['succeeded', 'failed']));
		});

		test.each(calls.map((fixture) => [fixture.name, fixture] as const))('%s', (_name, { body, note, _source }) => {
			expect(_source).not.toBe('');
			expect(handshake(body)).toBeNull();
			const read = readCallback(body);
			expect(read).toMatchObject(note ?? {});
			expectLegalNote(read!, adapter);
		});

		test('that tries the address is answered, where there are such', () => {
			expect(trials.length > 0).toBe(capability.handshake !== undefined);
			for (const { body, handshake: expected } of trials) {
				expect(handshake(body)).toEqual(expected);
				expect(readCallback(body)).toBeNull();
			}
		});

		test.each(MEANINGLESS_BODIES.map((body) => [JSON.stringify(body), body]))('is not %s', (_text, body) => {
			expect(readCallback(body)).toBeNull();
			expect(handshake(body)).toBeNull();
		});

		test('survives any JSON, and damage', () => {
			const expectCalm = (body: unknown) => {
				handshake(body);
				const note = readCallback(body);
				if (note !== null) expectLegalNote(note, adapter);
			};
			fc.assert(fc.property(fc.jsonValue(), expectCalm));
			for (const { body } of callbacks) fc.assert(fc.property(damaged(body), expectCalm));
		});

		if (capability.verify) describeSignatureContract(adapter, callbacks, capability.verify);
	});
}

function describeSignatureContract(
	adapter: ProviderAdapter,
	callbacks: readonly Fixture[],
	verify: NonNullable<CallbackCapability['verify']>,
): void {
	const signed = callbacks.flatMap(({ name, rawBody, headers, secret }) =>
		rawBody && headers && secret ? [{ name, bytes: Buffer.from(rawBody), headers, secret }] : [],
	);

	test('has its signature proven by one that was made elsewhere', () => expect(signed).not.toEqual([]));

	test.each(signed)('$name is genuine, and nothing else is', ({ bytes, headers, secret }) => {
		expect(verify(bytes, headers, secret)).toBe(true);
		expect(verify(bytes, {}, secret)).toBe(false);
		expect(verify(bytes, headers, '')).toBe(false);
		expect(verify(bytes, headers, `${secret} `)).toBe(false);
		expect(verify(Buffer.alloc(0), headers, secret)).toBe(false);
		for (const [name, value] of Object.entries(headers)) {
			for (const other of ['', ' ', 'sha256=', value.slice(0, -1), `${value}0`, [...value].reverse().join('')]) {
				expect(verify(bytes, { ...headers, [name]: other }, secret)).toBe(false);
			}
		}
		for (let index = 0; index < bytes.length; index += 1) {
			const altered = Buffer.from(bytes);
			altered[index] = altered[index]! ^ 1;
			expect(verify(altered, headers, secret)).toBe(false);
		}
	});

	test(`that ${adapter.label} has not signed is never genuine, whatever its headers`, () => {
		const names = Object.keys(signed[0]?.headers ?? {});
		fc.assert(
			fc.property(
				fc.uint8Array(),
				fc.dictionary(fc.constantFrom(...names), fc.string()),
				fc.string(),
				(bytes, headers, secret) => {
					expect(verify(bytes, headers, secret)).toBe(false);
				},
			),
		);
	});
}

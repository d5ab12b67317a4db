import type { ServerResponse } from 'node:http';

import { strikesAfter, withStatusWord, withWrongTypes } from './faults';
import { Refusal, type Gateway } from './gateway';
import { reset, send, sendPadded, sendTruncated, toWire, type WireAnswer } from './http';
import type { Answer, Fault, RecordedRequest } from './types';

const HUGE_BODY_BYTES = 100 * 1024 * 1024;
const ERROR_PAGE =
	'<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';

/** Carries a request out and sends the answer, spoiled by the fault where there is one. */
export async function answerRequest(
	gateway: Gateway,
	record: RecordedRequest,
	response: ServerResponse,
	fault: Fault | undefined,
	cdnUrl: string,
): Promise<void> {
	if (fault && !strikesAfter(fault)) {
		if (fault.kind === 'slow' || fault.delayMs !== undefined) await pause(fault);
		if (fault.kind !== 'slow') return await spoil(fault, { status: 200, body: {} }, gateway, record, response, cdnUrl);
	}
	const answer = await carryOut(gateway, record);
	if (answer.job) record.jobId = answer.job.id;
	if (fault && strikesAfter(fault)) return await spoil(fault, answer, gateway, record, response, cdnUrl);
	deliver(response, record, toWire(answer));
}

async function carryOut(gateway: Gateway, record: RecordedRequest): Promise<Answer> {
	try {
		return await gateway.handle(record);
	} catch (error) {
		if (error instanceof Refusal) return gateway.refuse(error, record);
		throw error;
	}
}

async function spoil(
	fault: Fault,
	answer: Answer,
	gateway: Gateway,
	record: RecordedRequest,
	response: ServerResponse,
	cdnUrl: string,
): Promise<void> {
	const wire = toWire(answer);
	const { headers = {}, body, code, message } = fault;
	switch (fault.kind) {
		case 'reset':
			return reset(response);
		case 'hang':
			return;
		case 'slow':
			await pause(fault);
			return deliver(response, record, wire);
		case 'truncated':
			record.status = wire.status;
			return sendTruncated(response, wire);
		case 'malformedJson':
			return deliver(response, record, {
				...jsonWire(wire),
				body: Buffer.from(`${wire.body.toString('utf8').slice(0, -1)},`),
			});
		case 'html':
			return deliver(
				response,
				record,
				toWire({ status: fault.status ?? 502, headers: { 'content-type': 'text/html', ...headers }, body: ERROR_PAGE }),
			);
		case 'empty':
			return deliver(response, record, toWire({ status: fault.status ?? 200, headers }));
		case 'wrongTypes':
			return deliver(response, record, toWire({ ...answer, body: withWrongTypes(answer.body) }));
		case 'unknownStatus':
			return deliver(
				response,
				record,
				toWire({ ...answer, body: withStatusWord(answer.body, fault.word ?? 'reticulating') }),
			);
		case 'hugeBody':
			record.status = wire.status;
			return await sendPadded(response, wire, fault.bytes ?? HUGE_BODY_BYTES);
		case 'redirect': {
			const location = fault.location ?? `${cdnUrl}/landing`;
			return deliver(
				response,
				record,
				toWire({ status: fault.status ?? 302, headers: { location, ...headers }, body: '' }),
			);
		}
		case 'notFoundOnce':
			return deliver(response, record, toWire(gateway.refuse(gateway.unknownJob(record), record)));
		default: {
			const status = fault.status ?? 500;
			const own = gateway.refuse(new Refusal(status, message, code === undefined ? {} : { code }), record);
			const shown = body === undefined ? own : { status, body };
			return deliver(response, record, toWire({ ...shown, headers: { ...own.headers, ...headers } }));
		}
	}
}

function jsonWire(wire: WireAnswer): WireAnswer {
	return { ...wire, headers: { 'content-type': 'application/json; charset=utf-8', ...wire.headers } };
}

function deliver(response: ServerResponse, record: RecordedRequest, wire: WireAnswer): void {
	record.status = wire.status;
	if (!response.destroyed) send(response, wire);
}

async function pause(fault: Fault): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 1000));
}

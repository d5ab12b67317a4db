/** What an answer to a create proves, read without anything of ours. */
import type { HttpResponse } from '../../../nodes/Hailuo/core/http/http';
import type { ProviderAdapter } from '../../../nodes/Hailuo/providers/adapter';
import { at } from '../../tools/simulator/client';

/** Where an answer to a create tells the job's id. */
const ID_KEYS: Readonly<Record<string, readonly string[]>> = {
	aimlApi: ['id', 'generation_id'],
	apiframe: ['jobId', 'id'],
	evolink: ['id'],
	minimax: ['task_id'],
	wiro: ['taskid', 'socketaccesstoken'],
};

export const isAccepted = ({ status }: HttpResponse) => status >= 200 && status < 300;

/** An id or a token as a text or a number that means something. */
function handlesIn(body: unknown, keys: readonly string[]): string[] {
	return keys.flatMap((key) => {
		const value = typeof body === 'object' && body !== null && Object.hasOwn(body, key) ? at(body, key) : undefined;
		if (typeof value === 'number' && Number.isFinite(value)) return [String(value)];
		return typeof value === 'string' && value.trim() !== '' ? [value.trim()] : [];
	});
}

export const idsIn = (adapter: ProviderAdapter, { json }: HttpResponse) => handlesIn(json, ID_KEYS[adapter.id] ?? []);

/** Wiro refuses in answers of status 200. */
function isWiroRefusal(adapter: ProviderAdapter, response: HttpResponse): boolean {
	const { json } = response;
	if (adapter.id !== 'wiro' || idsIn(adapter, response).length > 0) return false;
	const errors = at(json, 'errors');
	const result = at(json, 'result');
	return result === false || result === 'false' || (Array.isArray(errors) && errors.length > 0);
}

/** The statuses with which a provider documents refusals of a create, and what its own answers always have. */
const REFUSALS: Readonly<
	Record<string, { statuses: readonly number[]; speaks(body: unknown, status: number): boolean }>
> = {
	aimlApi: {
		// 405 and 410 say that the route is not there.
		statuses: [400, 401, 403, 404, 405, 410, 429],
		speaks: (body, status) => has(body, 'message') && Number(at(body, 'statusCode')) === status,
	},
	apiframe: {
		statuses: [400, 401, 402, 403, 404, 409, 429, 503],
		speaks: (body) => has(body, 'error') || has(body, 'message'),
	},
	evolink: { statuses: [400, 401, 402, 403, 404, 413, 429], speaks: (body) => has(body, 'error.type') },
	// V2; V1 refuses in answers of status 200.
	minimax: {
		statuses: [400, 401, 402, 422, 429],
		speaks: (body) => at(body, 'type') === 'error' && MINIMAX_NO.test(String(at(body, 'error.message'))),
	},
	wiro: { statuses: [], speaks: () => false },
};

/** The codes with which MiniMax says no, as its V2 writes them. */
const MINIMAX_NO = /\((?:1002|1004|1008|1026|1028|1030|1039|1041|1042|2013|2045|2049|2056|2061)\)\s*$/;

/** MiniMax's V1 refuses in answers of status 200, with a code of its own. */
function isMinimaxRefusal(adapter: ProviderAdapter, response: HttpResponse): boolean {
	const { json, status } = response;
	if (adapter.id !== 'minimax' || status !== 200 || idsIn(adapter, response).length > 0) return false;
	return handlesIn(at(json, 'base_resp'), ['status_code']).some((code) => MINIMAX_NO.test(`(${code})`));
}

const has = (body: unknown, path: string) => ![undefined, null, ''].includes(at(body, path) as string);

/** Whether an answer to a create may be taken for proof that nothing was made. */
export function provesNothingMade(adapter: ProviderAdapter, response: HttpResponse): boolean {
	const { status, json } = response;
	const mayRefuse = status < 300 || [400, 401, 402, 403, 404, 429].includes(status);
	if (mayRefuse && isWiroRefusal(adapter, response)) return isFinalWord(json);
	if (isMinimaxRefusal(adapter, response)) return true;
	const { statuses = [], speaks } = REFUSALS[adapter.id] ?? {};
	if (statuses.includes(status)) return speaks?.(json, status) === true;
	const isClosed = adapter.id === 'evolink' && status === 503;
	return isClosed && ['error.type', 'error.code'].some((path) => `${at(json, path)}`.startsWith('service_unavailable'));
}

/** Wiro's code 0 is also that of its own faults, and what it did before one is not known. */
function isFinalWord(body: unknown): boolean {
	const code = String(at(body, 'errors.0.code')).trim();
	const errors = at(body, 'errors');
	const words = (Array.isArray(errors) ? [...errors, body] : [body]).flatMap((error) => handlesIn(error, ['message']));
	// Whatever its code, what asks for a field was refused for want of it.
	if (words.some((word) => /^Request \w+ \[\w+\] required/i.test(word))) return true;
	if (code !== '0') return ['1', '96', '97', '98', '99'].includes(code);
	const isFault = words.length === 1 && /^(?:internal server error|please try again)/i.test(`${words[0]}`);
	return words.length > 0 && !isFault;
}

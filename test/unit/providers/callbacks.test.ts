import { apiframe } from '../../../nodes/Hailuo/providers/apiframe/apiframe';
import type { JobReference } from '../../../nodes/Hailuo/core/job/job';
import { concerns, type CallbackNote } from '../../../nodes/Hailuo/providers/adapter';
import { evolink } from '../../../nodes/Hailuo/providers/evolink/evolink';
import { wiro } from '../../../nodes/Hailuo/providers/wiro/wiro';

const read = {
	apiframe: apiframe.callbacks!.readCallback,
	evolink: evolink.callbacks!.readCallback,
	wiro: wiro.callbacks!.readCallback,
};

describe("Apiframe's signature", () => {
	const BODY = '{"event":"completed","jobId":"b2c3d4e5","status":"COMPLETED","text":"Grüße"}';
	const KEY = 'afk_test_key';
	// key=$(printf %s afk_test_key | openssl dgst -sha256 -r | cut -d' ' -f1)
	// printf %s "$BODY" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$key
	const SIGNATURE = 'bff2dab86d99454d71422dd6b4368a4eb49733ef16fae4d6c8436b5cc0ce167a';
	// printf %s "$BODY" | openssl dgst -sha256 -hmac $key: the hash's 64 digits as the key, as the docs can be read
	const SIGNATURE_BY_DIGITS = 'd3a26cb2c51cb8033acab1b73b32a5a0b3f2b88da954773b0bb87d1525b5b6ea';
	const verify = (header: string | undefined, body = BODY, key = KEY) =>
		apiframe.callbacks!.verify!(Buffer.from(body), header === undefined ? {} : { 'x-webhook-signature': header }, key);

	test.each([
		['with sha256= in front', `sha256=${SIGNATURE}`],
		['without', SIGNATURE],
		['in capitals', `SHA256=${SIGNATURE.toUpperCase()}`],
		['between blanks', ` sha256=${SIGNATURE} `],
		["with the key hash's digits as the key", `sha256=${SIGNATURE_BY_DIGITS}`],
	])('is genuine %s', (_form, header) => {
		expect(verify(header)).toBe(true);
	});

	test.each([
		['missing', undefined],
		['empty', ''],
		['another algorithm', `sha512=${SIGNATURE}`],
		['twice marked', `sha256=sha256=${SIGNATURE}`],
		['cut', SIGNATURE.slice(0, 63)],
		// printf %s "$BODY" | openssl dgst -sha256 -hmac afk_test_key: the key itself instead of its hash
		['made with the key as it is', '63288044f58d7b980e6eb95cc029a1820b509180007a822527f068987af3bfc4'],
	])('is not genuine when %s', (_form, header) => {
		expect(verify(header)).toBe(false);
	});

	test('counts for these very bytes and this key', () => {
		for (const signature of [SIGNATURE, SIGNATURE_BY_DIGITS]) {
			expect(verify(signature, BODY.replace(':', ': '))).toBe(false);
			expect(verify(signature, BODY, 'afk_other_key')).toBe(false);
			expect(verify(signature, BODY, '')).toBe(false);
		}
	});
});

describe('what a callback says of the job', () => {
	test.each<[string, unknown, CallbackNote['status']]>([
		['its status', { jobId: 'j', event: 'completed', status: 'COMPLETED' }, 'succeeded'],
		['its status rather than the event', { jobId: 'j', event: 'completed', status: 'FAILED' }, 'failed'],
		['the event where the status is new', { jobId: 'j', event: 'failed', status: 'ABANDONED' }, 'failed'],
		['the event alone', { jobId: 'j', event: 'completed' }, 'succeeded'],
		['the type alone', { jobId: 'j', type: 'progress' }, 'running'],
		['a cancellation', { jobId: 'j', event: 'cancelled', status: 'CANCELLED' }, 'cancelled'],
		['something new', { jobId: 'j', event: 'archived' }, 'unknown'],
	])('at Apiframe is %s', (_case, body, status) => {
		expect(read.apiframe(body)?.status).toBe(status);
	});

	test.each<[string, unknown, CallbackNote['status']]>([
		['its status', { id: 't', status: 'processing' }, 'running'],
		['something new', { id: 't', status: 'paused' }, 'unknown'],
	])('at EvoLink is %s', (_case, body, status) => {
		expect(read.evolink(body)?.status).toBe(status);
	});

	test.each<[string, unknown, CallbackNote['status']]>([
		['the end, where it names the task only', { taskid: '7' }, 'succeeded'],
		['progress', { id: '7', status: 'task_output' }, 'running'],
		['a failure', { id: '7', status: 'task_postprocess_end', pexit: '1' }, 'failed'],
		['the end, whatever came of it', { id: '7', status: 'task_postprocess_end' }, 'succeeded'],
		['a cancellation', { id: '7', status: 'task_cancel' }, 'cancelled'],
	])('at Wiro is %s', (_case, body, status) => {
		expect(read.wiro(body)?.status).toBe(status);
	});
});

describe('a callback concerns', () => {
	const named = (jobId: string, jobToken?: string): JobReference =>
		jobToken === undefined ? { jobId } : { jobId, handles: { jobToken } };
	const note = (...names: [string, string?]): CallbackNote => ({ reference: named(...names), status: 'running' });

	test.each<[string, CallbackNote, JobReference, boolean]>([
		['the job of its id', note('7'), named('7'), true],
		['no other job', note('7'), named('8'), false],
		['the job of its token', note('token', 'token'), named('7', 'token'), true],
		['a job whose id is its token', note('7', 'token'), named('token'), true],
		['a job whose token is its id', note('token'), named('7', 'token'), true],
		['no job of another token', note('token', 'token'), named('7', 'other'), false],
		['nothing by what both lack', note('7'), named('8', ''), false],
	])('%s', (_case, callback, job, expected) => {
		expect(concerns(callback, job)).toBe(expected);
	});
});

/** Answers that are not what a provider meant to say: too long for a number, cut short, or of somebody in between. */
import type { INodeParameters } from 'n8n-workflow';
import { testImage, type ProviderName } from '../tools/simulator';
import { aBinary } from '../tools/support/binaryData';
import { credentialTypes } from '../tools/support/built';
import { Endpoint, type Reply } from '../tools/support/endpoint';
import { runHailuo, type CredentialData } from '../tools/support/runNode';
import {
	aCreate,
	aPrompt,
	fieldsOf,
	LABELS,
	nextExecutionId,
	onJob,
	onStage,
	PROVIDERS,
	type HailuoRun,
} from './stage';

/** Beyond what a number of JavaScript holds: read as one it would be 7615917337495213000. */
const LONG_ID = '7615917337495212779';

/** A job as all providers at once tell of it, with its id as it stands. */
const jobWith = (id: string): string =>
	`{"result":true,"errors":[],"id":${id},"jobId":${id},"generation_id":${id},"taskid":${id},"task_id":${id},"status":"queued",` +
	`"tasklist":[{"id":${id},"status":"task_queue"}],"created":1756817821}`;

const PAGE = '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>Checking</h1></body></html>';

const OPTIONS = { includeRaw: true, createRetries: 0, waitForSlot: 0 };

/** All credentials at an address that answers as told. */
function credentialsAt(baseUrl: string): CredentialData {
	return Object.fromEntries(
		credentialTypes.map(({ name }) => [
			name,
			{
				authentication: 'signature',
				apiKey: 'key-3f9a77b1',
				apiSecret: 'secret-77b13f9a',
				baseUrl,
				filesBaseUrl: baseUrl,
				socketUrl: '',
			},
		]),
	);
}

/** Gives a test an address of its own that answers as told, and the node run against it. */
async function answered(
	reply: (asked: number) => Reply,
	act: (run: (form: INodeParameters) => Promise<HailuoRun>, endpoint: Endpoint) => Promise<void>,
): Promise<void> {
	const endpoint = await new Endpoint().open();
	endpoint.reply = () => reply(endpoint.received.length);
	try {
		await act(
			async (form) =>
				await runHailuo(form, {
					items: [aPrompt()],
					credentials: credentialsAt(endpoint.url),
					executionId: nextExecutionId(),
				}),
			endpoint,
		);
	} finally {
		await endpoint.close();
	}
}

describe.each(PROVIDERS)('an id above 2^53 of %s', (provider) => {
	test.each([
		['as a number', LONG_ID],
		['as a text', `"${LONG_ID}"`],
	])('%s keeps every digit, from the create on', (_how, id) =>
		answered(
			() => ({ status: 200, body: jobWith(id) }),
			async (run, { received }) => {
				const { items, error } = await run(aCreate(provider, { options: OPTIONS }));
				expect(error).toBeUndefined();
				expect(fieldsOf(items, 'jobId')).toEqual([LONG_ID]);
				expect(JSON.stringify(items[0]!.json.raw)).toContain(`"${LONG_ID}"`);
				await run(onJob('get', provider, { jobId: String(items[0]!.json.jobId), options: OPTIONS }));
				const { path, body } = received.at(-1)!;
				expect(path + body).toContain(LONG_ID);
			},
		),
	);
});

describe.each(PROVIDERS)('an answer of %s to a create that breaks off', (provider) => {
	const breaking = (body: string, status = 200): Reply => ({ status, body, breaks: true });

	test.each([
		['after its last character', jobWith('"job-1"')],
		['after the id', jobWith('"job-1"').slice(0, -30)],
		['within a text behind the id', jobWith('"job-1"').replace('"created":1756817821}', '"note":"a, b, \\"c')],
	])('%s has made a job', (_where, body) =>
		answered(
			() => breaking(body),
			async (run) => {
				const { items, error } = await run(aCreate(provider, { options: OPTIONS }));
				expect(error).toBeUndefined();
				expect(fieldsOf(items, 'jobId')).toEqual(['job-1']);
			},
		),
	);

	test.concurrent.each([
		['within the id', '{"id":"job-'],
		['within an id that is a number', '{"id":76159173374'],
		['within something else', 'job job-'],
	])('%s is of unknown outcome, and quoted', (_where, body) =>
		answered(
			() => breaking(body),
			async (run, { received }) => {
				const { error } = await run(aCreate(provider, { options: OPTIONS }));
				expect(error?.message).toBe(`It is not known whether ${LABELS[provider]} made this job [item 0]`);
				expect(error?.description).toContain(`until then had arrived: ${body}`);
				expect(new Set(received.map(({ path }) => path)).size).toBe(1);
			},
		),
	);

	test('after 3 MB has made the job that is named in its beginning', () =>
		answered(
			() => ({ status: 200, body: `${jobWith('"job-1"').slice(0, -1)},"log":"${'x'.repeat(3 * 1024 * 1024)}"}` }),
			async (run) => {
				const { items } = await run(aCreate(provider, { options: { ...OPTIONS, includeRaw: false } }));
				expect(fieldsOf(items, 'jobId')).toEqual(['job-1']);
			},
		));
});

describe('an answer to a read that breaks off', () => {
	test('is asked for again, and serves where it was whole', () =>
		answered(
			(asked) => ({ status: 200, body: jobWith('"job-1"').slice(0, asked === 1 ? -30 : undefined), breaks: true }),
			async (run, { received }) => {
				const { items } = await run(onJob('get', 'apiframe', { jobId: 'job-1' }));
				expect(fieldsOf(items, 'jobId')).toEqual(['job-1']);
				expect(received).toHaveLength(2);
			},
		));
});

const ASKED: Array<[string, ProviderName, INodeParameters]> = [
	...PROVIDERS.map((provider): [string, ProviderName, INodeParameters] => [
		`a read of ${LABELS[provider]}`,
		provider,
		onJob('get', provider, { jobId: 'job-1' }),
	]),
	['a cancel at Wiro', 'wiro', onJob('cancel', 'wiro', { jobId: '1' })],
];

describe.each(ASKED)('a page in answer to %s', (_what, provider, form) => {
	test.concurrent.each([200, 400, 401, 403, 404, 410])('of status %i passes', (status) =>
		answered(
			(asked) =>
				asked === 1
					? { status, body: PAGE, headers: { 'content-type': 'text/html' } }
					: { status: 200, body: jobWith('"1"') },
			async (run) => {
				const { error, items } = await run(form);
				expect(error).toBeUndefined();
				expect(items).toHaveLength(1);
			},
		),
	);

	test(
		'that stays is told by its title',
		() =>
			answered(
				() => ({ status: 403, body: PAGE, headers: { 'content-type': 'text/html' } }),
				async (run) => {
					const { error } = await run(form);
					expect(error?.message).toContain(`${LABELS[provider]} gave an answer that makes no sense`);
					expect(error?.description).toContain('The answer (HTTP 403) is no JSON: Just a moment...');
				},
			),
		60_000,
	);
});

describe.each(PROVIDERS)('a wait at %s', (provider) => {
	test.concurrent.each([403, 404])('goes on when one of its reads is answered by a page of status %i', (status) =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make(provider, 'succeeded');
			simulator.addFault({ kind: 'html', status, operation: 'read' });
			const { items, error } = await run(onJob('wait', provider), { items: [made] });
			expect(error).toBeUndefined();
			expect(fieldsOf(items, 'status')).toEqual(['succeeded']);
		}),
	);
});

test.concurrent.each(['apiframe', 'evolink'] as const)(
	'an upload to %s is tried again when a page answers it',
	(provider) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'html', status: 403, operation: 'upload' });
			const data = await aBinary('memory', testImage('png'), 'image.png', 'image/png');
			const { items, error } = await run(aCreate(provider, { firstFrame: 'binary' }), {
				items: [{ ...aPrompt(), binary: { data } }],
			});
			expect(error).toBeUndefined();
			expect(items).toHaveLength(1);
			expect(simulator.requestsOf(provider, 'upload').length).toBeGreaterThan(1);
			expect(simulator.requestsOf(provider, 'create')).toHaveLength(1);
		}),
);

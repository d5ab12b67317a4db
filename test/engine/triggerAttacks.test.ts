/** What others may try at the trigger's address, or with what they have seen of a callback, and what it costs. */
import { writeTicket } from '../../nodes/Hailuo/core/callback/ticket';
import type { Fault } from '../tools/simulator';
import { aCreate } from './stage';
import {
	CALLING,
	HOUR,
	logged,
	onScene,
	OTHER,
	OURS,
	post,
	said,
	started,
	statusesOf,
	UNSIGNED,
	type Made,
} from './triggerScene';

describe.each(UNSIGNED)('a callback of %s, which signs nothing,', (provider) => {
	test('is refused without a ticket before anything is read, and costs one look at the credential', () =>
		onScene(provider, async ({ finished, listen, report, readings }) => {
			const { jobId } = await finished();
			const trigger = await listen();
			const ids = [jobId, 'no-such-job', '1', '../../x', '=cmd'];
			const calls = Array.from({ length: 60 }, (_, index) => report(trigger.url, said(provider, ids[index % 5] ?? '')));
			expect(new Set(statusesOf(await Promise.all(calls)))).toEqual(new Set([401]));
			expect([readings(), trigger.starts, trigger.fetches(), trigger.staticData()]).toEqual([0, [], 60, {}]);
		}));

	test('starts nothing under a ticket that was forged with a blank key, at a credential whose key is blank', () =>
		onScene(provider, async ({ finished, listen, report, readings, credentials }) => {
			const { jobId } = await finished();
			const blank = Object.entries(credentials).map(([name, fields]) => [name, { ...fields, apiKey: ' ' }]);
			const trigger = await listen({ credentials: Object.fromEntries(blank) });
			for (const key of ['', ' ']) {
				const forged = { resumeUrl: null, context: null, serial: '1' };
				const ticket = writeTicket(key, provider, Math.floor(Date.now() / 1000), forged);
				const { status } = await report(`${trigger.url}?hailuoTicket=${ticket}`, said(provider, jobId));
				expect(status).toBe(401);
			}
			expect([readings(), trigger.starts]).toEqual([0, []]);
		}));

	test('takes the id from the provider: invented ones beside a genuine ticket start nothing and use nothing up', () =>
		onScene(provider, async ({ finished, listen, report, simulator }) => {
			const { jobId, query } = await finished({ row: 7 });
			const trigger = await listen();
			const token = simulator.job(jobId)?.token;
			const ring = async (id: string) =>
				await report(trigger.url + query, said(provider, id, token === undefined ? {} : { socketaccesstoken: token }));
			expect((await ring('no-such-job')).status).toBe(503);
			expect((await ring(jobId)).status).toBe(200);
			for (const id of ['1', '../../x', '=cmd', `${jobId}0`, ` ${jobId}x`]) expect((await ring(id)).status).toBe(401);
			expect(started(trigger)).toEqual([[jobId, { row: 7 }]]);
		}));
});

describe.each(UNSIGNED)('while a job cannot be read, a callback of %s', (provider) => {
	const faults: Array<[string, Omit<Fault, 'times'>]> = [
		['502', { kind: 'status', status: 502 }],
		['500', { kind: 'status', status: 500 }],
		['401', { kind: 'status', status: 401 }],
		['404', { kind: 'status', status: 404 }],
		['a page', { kind: 'html' }],
		['nothing: the connection breaks', { kind: 'reset' }],
		['nothing, ever', { kind: 'hang' }],
	];

	test("is answered with 503 within the provider's patience, its job is logged, and its repeat starts the workflow", async () => {
		const play = async (fault: Omit<Fault, 'times'>) =>
			await onScene(provider, async ({ finished, listen, report, simulator }) => {
				const { jobId, query } = await finished({ row: 7 });
				const trigger = await listen();
				simulator.addFault({ ...fault, provider, operation: 'read', times: 100 });
				const reply = await report(trigger.url + query, said(provider, jobId));
				expect([reply.status, trigger.starts]).toEqual([503, []]);
				expect(reply.milliseconds).toBeLessThan(10_000);
				expect(logged('Hailuo Trigger', jobId)).toHaveLength(1);
				simulator.clearFaults();
				expect((await report(trigger.url + query, said(provider, jobId))).status).toBe(200);
				expect(started(trigger)).toEqual([[jobId, { row: 7 }]]);
			});
		await Promise.all(faults.map(async ([, fault]) => await play(fault)));
	}, 60_000);

	test('that calls a running job over is not believed', () =>
		onScene(provider, async ({ listen, report, run, simulator }) => {
			const callbackUrl = `https://n8n.example.com/webhook/${OURS}/hailuo`;
			const { items } = await run(aCreate(provider, { callback: 'url', callbackUrl }));
			const jobId = String(items[0]?.json.jobId);
			const trigger = await listen();
			const { search } = new URL(simulator.job(jobId)?.callbackUrl ?? '');
			expect((await report(trigger.url + search, said(provider, jobId))).status).toBe(503);
			expect(trigger.starts).toEqual([]);
		}));
});

describe('what Apiframe has signed', () => {
	test('is enough where the job cannot be read', () =>
		onScene('apiframe', async ({ finished, listen, report, simulator }) => {
			const { jobId, query } = await finished({ row: 7 });
			const trigger = await listen();
			simulator.addFault({ kind: 'status', status: 502, operation: 'read', times: 100 });
			expect((await report(trigger.url + query, said('apiframe', jobId))).status).toBe(200);
			expect(started(trigger)).toEqual([[jobId, { row: 7 }]]);
		}));

	test.each([
		['is too old, and is read so', false, 25 * HOUR, 200, 0],
		['is too old, and cannot be read', true, 25 * HOUR, 200, 0],
		['is fresh, and cannot be read', true, HOUR, 200, 1],
		['bears no time, and cannot be read', true, null, 503, 0],
	])('and comes again without its ticket: one that %s starts as it ought', (_case, isUnreadable, age, status, starts) =>
		onScene('apiframe', async ({ finished, listen, report, simulator }) => {
			const { jobId } = await finished();
			const trigger = await listen();
			const endedAt = Date.now() - (age ?? 0);
			if (isUnreadable) simulator.addFault({ kind: 'status', status: 404, operation: 'read', times: 100 });
			else Object.assign(simulator.job(jobId) ?? {}, { createdAt: endedAt - HOUR, endsAt: endedAt });
			const time = age === null ? {} : { completedAt: new Date(endedAt).toISOString() };
			expect((await report(trigger.url, said('apiframe', jobId, time))).status).toBe(status);
			expect(trigger.starts).toHaveLength(starts);
			if (status === 503) expect(logged('nothing says when it ended', jobId)).toHaveLength(1);
			else if (starts === 0) expect(logged('longer ago than repeats are remembered', jobId)).toHaveLength(1);
		}),
	);

	test('without its ticket uses up nothing: the callback that has one starts the workflow with its context', () =>
		onScene('apiframe', async ({ finished, listen, report }) => {
			const { jobId, query } = await finished({ row: 7 });
			const trigger = await listen();
			for (const end of ['', query, query, '']) {
				expect((await report(trigger.url + end, said('apiframe', jobId))).status).toBe(200);
			}
			expect(started(trigger)).toEqual([
				[jobId, null],
				[jobId, { row: 7 }],
			]);
			const keys = trigger.starts.map(({ deliveryKey }) => deliveryKey);
			expect(keys).toEqual([`apiframe:${jobId}:succeeded:withoutTicket`, `apiframe:${jobId}:succeeded`]);
		}));

	test('without its ticket, after the one that has it, is a repeat', () =>
		onScene('apiframe', async ({ finished, listen, report }) => {
			const { jobId, query } = await finished({ row: 7 });
			const trigger = await listen();
			for (const end of [query, '']) await report(trigger.url + end, said('apiframe', jobId));
			expect(started(trigger)).toEqual([[jobId, { row: 7 }]]);
		}));

	test('is looked at only after its signature: megabytes of addresses, and ids beyond all measure, are refused first', () =>
		onScene('apiframe', async ({ listen, readings }) => {
			const trigger = await listen();
			const headers = { 'x-webhook-signature': 'sha256=00' };
			const urls = Array.from(
				{ length: 250_000 },
				(_, index) => `https://videos.example/${index}.mp4?token=aaaaaaaaaa`,
			);
			const large = await post(trigger.url, said('apiframe', 'job-1', { result: { urls } }), headers);
			expect([large.status, trigger.fetches()]).toEqual([413, 0]);
			expect((await post(trigger.url, said('apiframe', 'x'.repeat(1_000_000)), headers)).status).toBe(401);
			expect([readings(), trigger.staticData()]).toEqual([0, {}]);
		}));
});

describe.each(CALLING)('at %s, a ticket', (provider) => {
	test('belongs to the job it first came with', () =>
		onScene(provider, async ({ finished, listen, report, readings }) => {
			const [one, two] = [await finished({ row: 1 }), await finished({ row: 2 })];
			const trigger = await listen();
			await report(trigger.url + one.query, said(provider, one.jobId));
			const before = readings();
			expect((await report(trigger.url + one.query, said(provider, two.jobId))).status).toBe(401);
			expect(readings()).toBe(before);
			expect((await report(trigger.url + two.query, said(provider, two.jobId))).status).toBe(200);
			expect(started(trigger)).toEqual([
				[one.jobId, { row: 1 }],
				[two.jobId, { row: 2 }],
			]);
		}));

	test('differs from item to item of one execution, though all else about them is the same', () =>
		onScene(provider, async ({ run, simulator }) => {
			const callbackUrl = `https://n8n.example.com/webhook/${OURS}/hailuo`;
			await run(aCreate(provider, { callback: 'url', callbackUrl }), {
				items: [{ json: { prompt: 'A boat' } }, { json: { prompt: 'A boat' } }],
			});
			expect(new Set(simulator.jobs.map((job) => job.callbackUrl)).size).toBe(2);
		}));

	test('serves at the trigger whose address it was put into, and at no other', () =>
		onScene(provider, async ({ finished, listen, report, readings }) => {
			const { jobId, query } = await finished();
			const other = await listen({ webhookId: OTHER });
			expect((await report(other.url + query, said(provider, jobId))).status).toBe(401);
			expect([readings(), other.starts]).toEqual([0, []]);
			const trigger = await listen();
			expect((await report(trigger.url + query, said(provider, jobId))).status).toBe(200);
			expect(trigger.starts).toHaveLength(1);
		}));

	test("serves behind a relay, whose address is no trigger's", () =>
		onScene(provider, async ({ finished, listen, report }) => {
			const { jobId, query } = await finished(null, {
				callbackUrl: 'https://relay.example.com/in/77?team=a%20b~c&flag',
			});
			expect(query).toMatch(/^\?team=a%20b~c&flag&hailuoTicket=/);
			const trigger = await listen();
			expect((await report(trigger.url + query, said(provider, jobId))).status).toBe(200);
			expect(trigger.starts).toHaveLength(1);
		}));

	test('does not make an id of any length be remembered or asked for', () =>
		onScene(provider, async ({ finished, listen, report, readings }) => {
			const { query } = await finished();
			const trigger = await listen();
			for (const length of [201, 1_000_000])
				expect((await report(trigger.url + query, said(provider, 'x'.repeat(length)))).status).toBe(400);
			expect([readings(), trigger.starts, trigger.staticData()]).toEqual([0, [], {}]);
		}));
});

describe.each(CALLING)('callbacks of %s that come together', (provider) => {
	test('about one job share one read, and start the workflow once', () =>
		onScene(provider, async ({ finished, listen, report, readings, simulator }) => {
			const { jobId, query } = await finished();
			const trigger = await listen();
			simulator.addFault({ kind: 'slow', operation: 'read', delayMs: 1_000 });
			const calls = Array.from({ length: 20 }, () => report(trigger.url + query, said(provider, jobId)));
			const statuses = statusesOf(await Promise.all(calls));
			// What comes too fast is told to come again; what Apiframe has signed needs no read.
			for (const status of statuses) expect(provider === 'apiframe' ? [200] : [200, 503]).toContain(status);
			// MiniMax has two versions, of which the ID does not tell.
			const reads = provider === 'minimax' ? 2 : 1;
			expect([readings(), started(trigger).length]).toEqual([reads, 1]);
			expect((await report(trigger.url + query, said(provider, jobId))).status).toBe(200);
			expect([readings(), started(trigger).length]).toEqual([reads, 1]);
		}));

	test('about many jobs are read four at a time', () =>
		onScene(provider, async ({ finished, listen, report, simulator }) => {
			const made: Made[] = [];
			for (let count = 0; count < 12; count += 1) made.push(await finished());
			const trigger = await listen();
			simulator.addFault({ kind: 'slow', operation: 'read', delayMs: 100, times: 100 });
			const calls = made.map(async ({ jobId, query }) => await report(trigger.url + query, said(provider, jobId)));
			expect(statusesOf(await Promise.all(calls))).toEqual(made.map(() => 200));
			expect(simulator.inFlight.peak).toBeLessThanOrEqual(4);
			expect(trigger.starts).toHaveLength(made.length);
		}));

	test('beyond forty are not kept waiting for a provider that is silent: they come again, or go by what was signed', () =>
		onScene(provider, async ({ finished, listen, report, simulator }) => {
			const made: Made[] = [];
			for (let count = 0; count < 50; count += 1) made.push(await finished());
			const trigger = await listen();
			simulator.addFault({ kind: 'hang', operation: 'read', times: 100 });
			const before = logged('too many callbacks are waiting').length;
			const calls = made.map(async ({ jobId, query }) => await report(trigger.url + query, said(provider, jobId)));
			const statuses = statusesOf(await Promise.all(calls));
			const isSigned = provider === 'apiframe';
			expect(new Set(statuses)).toEqual(new Set([isSigned ? 200 : 503]));
			expect(logged('too many callbacks are waiting')).toHaveLength(before + (isSigned ? 0 : 10));
			expect(simulator.inFlight.peak).toBeLessThanOrEqual(4);
			expect(trigger.starts).toHaveLength(isSigned ? 50 : 0);
		}));

	test('cost n8n one look at the credential each, the reads included', () =>
		onScene(provider, async ({ finished, listen, report }) => {
			const { jobId, query } = await finished();
			const trigger = await listen();
			await report(trigger.url + query, said(provider, jobId));
			expect([trigger.starts.length, trigger.fetches()]).toEqual([1, 1]);
		}));
});

describe('a blank key', () => {
	test.each(CALLING)('signs no ticket at %s: the create is refused before anything is sent', (provider) =>
		onScene(provider, async ({ finished, credentials, simulator }) => {
			const blank = Object.entries(credentials).map(([name, fields]) => [name, { ...fields, apiKey: ' ' }]);
			await expect(finished(null, {}, { credentials: Object.fromEntries(blank) })).rejects.toMatchObject({
				message: expect.stringContaining("The credential's 'API Key' is empty"),
			});
			expect(simulator.requests).toEqual([]);
		}),
	);
});

/** What every cell of the fault matrix must show. */
import { KEYED, LABELS } from '../stage';
import { type Cell, type ExpectedError, type Expectation } from './cell';
import type { Played, Result } from './play';
import { TITLES } from './titles';

const STATUSES = {
	create: 'queued',
	createAndWait: 'succeeded',
	get: 'succeeded',
	wait: 'succeeded',
	cancel: 'cancelled',
};

/** Where a person can see whether a job of unknown outcome was made. */
const LOOK_AT = {
	aimlApi: 'https://aimlapi.com/app/usage',
	apiframe: 'https://console.apiframe.ai/dashboard',
	evolink: 'https://evolink.ai/dashboard',
	minimax: 'https://platform.minimax.io/console/usage',
	wiro: 'https://wiro.ai/panel',
};

/** How the user is told what became of a create of unknown outcome. */
const NOT_AGAIN = 'it was not sent again.';
const UNDER_KEY = 'it was asked for again only under the same key, which makes no second job.';

/** @returns the id that the user must be told; null where the provider has named none */
function knownId({ job }: Played, expected: Expectation): string | null {
	if (expected.kind === 'impossible' || (expected.kind === 'error' && !expected.job)) return null;
	return expected.jobId ?? job?.id ?? 'a job was to be made';
}

function titleOf(cell: Cell, played: Played, expected: ExpectedError): string {
	const title = TITLES[expected.title]
		.replaceAll('{provider}', LABELS[cell.provider])
		.replace('{minutes}', `${cell.form?.timeout}`);
	return `${title} [item ${played.struck}]`;
}

/** Money: no cell makes more jobs than items ask for, and a create is sent only as often as that is safe. */
function checkMoney(cell: Cell, played: Played): void {
	const asked = played.struck + 1;
	expect(played.jobs.length).toBeLessThanOrEqual(asked);
	expect(played.jobs).toHaveLength(asked - 1 + cell.jobs);
	const creates = played.requests.filter(({ operation }) => operation === 'create');
	expect(creates).toHaveLength(cell.creates ?? 0);
	const keys = new Set(creates.map(({ headers }) => headers['idempotency-key']));
	expect(keys.size).toBeLessThanOrEqual(1);
	const reads = played.requests.filter(({ operation }) => operation === 'read');
	if (cell.reads !== undefined) expect(reads).toHaveLength(cell.reads);
	if (cell.connections !== undefined) expect(played.connections).toBe(cell.connections);
}

/** No key is told, whatever the provider says. */
function checkSecrecy({ run: { items, error }, key }: Played): void {
	const told = [items.map(({ json }) => json), error?.message, error?.description, error?.stack];
	expect(JSON.stringify(told)).not.toContain(key);
}

function checkWell(cell: Cell, played: Played, expected: Extract<Expectation, { kind: 'well' }>): void {
	const { run, struck } = played;
	expect(run.error).toBeUndefined();
	expect(run.items).toHaveLength(struck + 1);
	const item = run.items[struck];
	expect(item).toMatchObject({
		json: {
			provider: cell.provider,
			jobId: knownId(played, expected),
			status: expected.status ?? STATUSES[cell.operation],
		},
		pairedItem: { item: struck },
	});
	expect(item?.json).not.toHaveProperty('error');
	if (item?.json.status === 'succeeded') expect(item.json.videoUrl).toBe(played.job?.videoUrl);
	if (cell.form?.downloadVideo) expect(item?.binary?.data?.bytes).toBeGreaterThan(1000);
}

function checkError(cell: Cell, played: Played, expected: ExpectedError): void {
	const { error, items } = played.run;
	const id = knownId(played, expected);
	expect(error).toMatchObject({
		name: 'NodeApiError',
		message: titleOf(cell, played, expected),
		description: expect.stringMatching(expected.says),
		context: { itemIndex: played.struck, ...(id !== null && { job: { jobId: id } }) },
	});
	if (id === null) expect(error).not.toHaveProperty('context.job');
	if (expected.title === 'unknown') {
		expect(error?.description).toContain(KEYED.includes(cell.provider) ? UNDER_KEY : NOT_AGAIN);
		expect(error?.description).toContain(`Look at ${LOOK_AT[cell.provider]} before`);
	}
	// The job that the other item has bought meanwhile is not hidden by this item's error.
	const others = played.jobs.filter((job) => job !== played.job);
	if (cell.creates !== undefined) for (const job of others) expect(error?.description).toContain(`item 0: ${job.id}`);
	expect(items).toEqual([]);
}

function checkErrorItem(cell: Cell, played: Played, expected: ExpectedError): void {
	const { run, struck } = played;
	expect(run.items).toHaveLength(struck + 1);
	const item = run.items[struck];
	expect(item?.json.error).toBe(titleOf(cell, played, expected));
	expect(item?.pairedItem).toEqual({ item: struck });
	const id = knownId(played, expected);
	if (id === null) expect(item?.json).toEqual({ error: expect.any(String) });
	else expect(item?.json).toMatchObject({ provider: cell.provider, jobId: id });
	for (const { json } of run.items.slice(0, struck)) {
		expect(json).toMatchObject({ provider: cell.provider, status: STATUSES[cell.operation] });
		expect(json).not.toHaveProperty('error');
	}
}

function checkImpossible(cell: Cell, { run, requests, connections, struck }: Played): void {
	const says = `${LABELS[cell.provider]} offers no cancellation: its jobs run to their end once they are made`;
	if (run.error) expect(run.error).toMatchObject({ name: 'NodeOperationError', message: `${says} [item 0]` });
	else expect(run.items[struck]?.json).toEqual({ error: `${says} [item ${struck}]` });
	expect(requests).toEqual([]);
	expect(connections).toBe(0);
}

/**
 * Holds what came of a cell against what must come of it.
 */
export function check(cell: Cell, result: Result | undefined): void {
	if (result === undefined) throw new Error('The cell was not played');
	if ('broken' in result) throw result.broken;
	const { stopping, goingOn } = result;
	const { expected } = cell;
	for (const played of [stopping, goingOn]) {
		if (played === null) continue;
		checkMoney(cell, played);
		checkSecrecy(played);
	}
	if (expected.kind === 'well') {
		checkWell(cell, stopping, expected);
		return;
	}
	if (goingOn === null) throw new Error('The cell was not played with Continue On Fail');
	expect(goingOn.run.error).toBeUndefined();
	if (expected.kind === 'error') {
		checkError(cell, stopping, expected);
		checkErrorItem(cell, goingOn, expected);
	} else {
		expect(stopping.run.error).toBeDefined();
		for (const played of [stopping, goingOn]) checkImpossible(cell, played);
	}
}

/** Rows of the fault matrix: what is done with a job that exists. */
import type { Fault, ProviderName } from '../../tools/simulator';
import { ALWAYS, AT_ONCE, error, faultsFor, SHORT, WELL, type Expectation, type OperationName, type Row } from './cell';
import { DOWNLOAD_FAULTS, FAULTS, NO_VIDEOS, PAGES, REFUSALS, type NamedFault } from './faults';
import type { Title } from './titles';

/** How a provider answers about a job that it does not know. */
const UNKNOWN_JOB: Record<ProviderName, Pick<Fault, 'status' | 'code' | 'message'>> = {
	aimlApi: { status: 404 },
	apiframe: { status: 404 },
	evolink: { status: 404 },
	minimax: { status: 400, code: 2013, message: 'invalid task_id' },
	wiro: { status: 200, code: 1, message: 'There is no task yet.' },
};

const READ_REFUSALS: readonly Title[] = ['authentication', 'permission', 'credit', 'invalid', 'redirect'];

const TOO_MANY: NamedFault = {
	what: 'a 429',
	fault: { kind: 'status', status: 429, headers: AT_ONCE },
	says: /[Rr]ate limit|Too many|status 429/,
	title: 'rateLimit',
};

const about = (operation: OperationName): Pick<Row, 'creates' | 'jobs'> =>
	operation === 'createAndWait' ? { creates: 1, jobs: 1 } : { jobs: 1 };

const untilTimeout = (operation: OperationName): NonNullable<Row['form']> =>
	operation === 'get' ? {} : { timeout: SHORT };

function repeatedRead(operation: OperationName, faults: readonly NamedFault[]): Row[] {
	const base = about(operation);
	const looksOnce = operation === 'get';
	const passing = faults.map(({ what, fault, says, title, outlasts }): Row => {
		const once: Fault = { ...fault, operation: 'read' };
		if (looksOnce && outlasts) return { ...base, what, fault: once, expected: error(title, says, true), reads: 1 };
		return { ...base, what, fault: once, expected: WELL, reads: fault.kind === 'slow' ? 1 : 2 };
	});
	const staying = faults
		.filter(({ fault }) => fault.kind !== 'slow')
		.map(({ what, fault, says, title, outlasts }): Row => {
			const struck: Fault = { ...fault, operation: 'read', times: ALWAYS };
			const expected = error(looksOnce ? title : 'timedOut', says, true);
			const reads = looksOnce && !outlasts ? 4 : 1;
			return { ...base, what: `${what} that stays`, fault: struck, expected, form: untilTimeout(operation), reads };
		});
	return [...passing, ...staying];
}

export const pageForRead = (_provider: ProviderName, operation: OperationName): Row[] => repeatedRead(operation, PAGES);

/** A read is repeated, or waited on; what fails it for good leaves the job as it was. */
export function read(provider: ProviderName, operation: OperationName): Row[] {
	const base = about(operation);
	const refused = REFUSALS.flatMap(({ what, fault, titles, says }): Row[] => {
		const title = titles[provider];
		// What they mean for a read that is waited on is another matter: a job may be unknown for a moment.
		if (title === undefined || !READ_REFUSALS.includes(title)) return [];
		// That is how MiniMax says that it does not know the job.
		if (provider === 'minimax' && fault.kind === 'status' && fault.status === 400) return [];
		const struck: Fault = { ...fault, operation: 'read', times: ALWAYS };
		return [{ ...base, what, fault: struck, expected: error(title, says, true), reads: 1 }];
	});
	const lost: Fault = { kind: 'notFoundOnce', operation: 'read' };
	const unknownYet: Row = {
		...base,
		what: 'a job it does not know yet',
		fault: lost,
		expected: WELL,
		reads: 2,
	};
	const never: Fault = { kind: 'status', operation: 'read', times: ALWAYS, ...UNKNOWN_JOB[provider] };
	const unknownEver: Row = {
		...base,
		what: 'a job it never knows',
		fault: never,
		expected: error(operation === 'get' ? 'notFound' : 'timedOut', /is not lost/, true),
		form: untilTimeout(operation),
	};
	const repeated = repeatedRead(operation, [...faultsFor(operation), TOO_MANY]);
	return [...repeated, ...refused, unknownYet, unknownEver, ...strangeRead(operation, base)];
}

/** Answers of which only the status cannot be read. */
function strangeRead(operation: OperationName, base: Pick<Row, 'creates' | 'jobs'>): Row[] {
	const shown: Expectation = operation === 'get' ? { kind: 'well', status: 'unknown' } : WELL;
	const rows: Row[] = [
		{
			...base,
			what: 'values of other types',
			fault: { kind: 'wrongTypes', operation: 'read' },
			expected: shown,
			reads: operation === 'get' ? 1 : 2,
		},
		{
			...base,
			what: 'a word nobody documented',
			fault: { kind: 'unknownStatus', operation: 'read' },
			expected: shown,
			reads: operation === 'get' ? 1 : 2,
		},
	];
	if (operation === 'get') return rows;
	return [
		...rows,
		{
			...base,
			what: 'a word nobody documented that stays',
			fault: { kind: 'unknownStatus', operation: 'read', times: ALWAYS },
			expected: error('timedOut', /Its last status was 'reticulating'/, true),
			form: { timeout: SHORT },
		},
	];
}

/** The job is over and paid for, whatever becomes of its file. */
export function download(_provider: ProviderName, operation: OperationName): Row[] {
	return DOWNLOAD_FAULTS.map(({ what, fault, says, times = 1 }) => ({
		...about(operation),
		what,
		fault: { ...fault, provider: 'cdn', operation: 'download', times },
		expected: says === null ? WELL : error('download', says, true),
		form: { downloadVideo: true },
	}));
}

/** What a server sends as the video may be none: once, and it is asked again. */
export function noVideo(_provider: ProviderName, operation: OperationName): Row[] {
	return NO_VIDEOS.flatMap(({ what, body, says }): Row[] => {
		const headers = { 'content-type': 'video/mp4' };
		const struck: Fault = { kind: 'status', status: 200, headers, body, provider: 'cdn', operation: 'download' };
		const base = { ...about(operation), form: { downloadVideo: true } };
		return [
			{ ...base, what, fault: struck, expected: WELL },
			{
				...base,
				what: `${what} that stays`,
				fault: { ...struck, times: ALWAYS },
				expected: error('download', says, true),
			},
		];
	});
}

const HALF_A_MINUTE = 30_000;

/** A job is over before its link is there: it is no success yet, and no failure for a while. */
export function lateLink(_provider: ProviderName, operation: OperationName): Row[] {
	const base = { ...about(operation), linkLateBy: HALF_A_MINUTE };
	if (operation === 'get')
		return [{ ...base, what: 'no link for half a minute', expected: { kind: 'well', status: 'unknown' } }];
	const disturbed = faultsFor('createAndWait').map(({ what, fault }): Row => {
		return {
			...base,
			what: `no link for half a minute, and ${what}`,
			fault: { ...fault, operation: 'read' },
			expected: WELL,
		};
	});
	return [
		...disturbed,
		{ ...base, what: 'no link for half a minute', expected: WELL },
		{
			...base,
			what: 'no link for half a minute to the video to be stored',
			expected: WELL,
			form: { downloadVideo: true },
		},
		{
			...base,
			what: 'no link, ever',
			linkLateBy: Infinity,
			expected: error('noVideo', /^The code is no_video\. /, true),
		},
	];
}

/** Asking twice changes nothing, so a cancellation is repeated, also where it was done already. */
export function cancellation(provider: ProviderName, step: 'cancel' | 'kill'): Row[] {
	const repeated = repeatedCancellation(provider, step, [...FAULTS, TOO_MANY]);
	if (step === 'kill') return repeated;
	const place: Pick<Row, 'jobs'> = { jobs: 1 };
	const refused = REFUSALS.flatMap(({ what, fault, titles, says }): Row[] => {
		const title = titles[provider];
		if (title === undefined || !READ_REFUSALS.includes(title)) return [];
		const struck: Fault = { ...fault, operation: step, times: ALWAYS };
		return [{ ...place, what, fault: struck, expected: error(title, says, true) }];
	});
	const strange = (['wrongTypes', 'unknownStatus'] as const).map((kind): Row => {
		const what = kind === 'wrongTypes' ? 'values of other types' : 'a word nobody documented';
		// MiniMax is asked again, and says that the job is cancelled.
		const status = provider === 'minimax' ? 'cancelled' : 'unknown';
		return { ...place, what, fault: { kind, operation: step }, expected: { kind: 'well', status } };
	});
	return [...repeated, ...refused, ...strange];
}

export const pageForCancellation = (provider: ProviderName): Row[] => repeatedCancellation(provider, 'cancel', PAGES);

function repeatedCancellation(provider: ProviderName, step: 'cancel' | 'kill', faults: readonly NamedFault[]): Row[] {
	const place: Pick<Row, 'jobs' | 'phase'> = { jobs: 1, ...(step === 'kill' && { phase: 'running' }) };
	const struckBy = (fault: Fault, times = 1): Fault => ({ ...fault, operation: step, times });
	const named = (what: string) => (step === 'kill' ? `${what} to Kill` : what);
	const passing = faults.flatMap(({ what, fault, says, title, needsAnswer, outlasts }): Row[] => {
		const expected = outlasts ? error(title, says, true) : WELL;
		const row: Row = { ...place, what: named(what), fault: struckBy(fault), expected };
		const done: Row = { ...row, what: `${row.what} once it is done`, fault: struckBy({ ...fault, moment: 'after' }) };
		return needsAnswer ? [done] : [row, done];
	});
	if (step === 'kill') return passing;
	const staying = faults
		.filter(({ fault }) => fault.kind !== 'slow')
		.map(({ what, fault, says, title, needsAnswer }): Row => {
			// MiniMax is looked at before it is asked again, and then the job is cancelled.
			const expected = provider === 'minimax' && needsAnswer ? WELL : error(title, says, true);
			return { ...place, what: `${what} that stays`, fault: struckBy(fault, ALWAYS), expected };
		});
	return [...passing, ...staying];
}

/** Whatever is wrong at the provider, a cancellation that it does not have is refused before it could be asked. */
export function noCancellation(): Row[] {
	return [...FAULTS, TOO_MANY].map(({ what, fault }) => ({
		what,
		fault: { ...fault, times: ALWAYS },
		expected: { kind: 'impossible' },
		jobs: 1,
	}));
}

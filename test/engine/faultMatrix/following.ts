/** Rows of the fault matrix: what is done with a job that exists. */
import type { Fault, ProviderName } from '../../tools/simulator';
import { ALWAYS, AT_ONCE, error, faultsFor, SHORT, WELL, type Expectation, type OperationName, type Row } from './cell';
import { DOWNLOAD_FAULTS, FAULTS, REFUSALS, type NamedFault } from './faults';
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

/** A read is repeated, or waited on; what fails it for good leaves the job as it was. */
export function read(provider: ProviderName, operation: OperationName): Row[] {
	const base = about(operation);
	const forever: Row['form'] = operation === 'get' ? {} : { timeout: SHORT };
	const looksOnce = operation === 'get';
	const passing = [...faultsFor(operation), TOO_MANY].map(({ what, fault, says, title, outlasts }): Row => {
		const once: Fault = { ...fault, operation: 'read' };
		if (looksOnce && outlasts) return { ...base, what, fault: once, expected: error(title, says, true), reads: 1 };
		return { ...base, what, fault: once, expected: WELL, reads: fault.kind === 'slow' ? 1 : 2 };
	});
	const staying = [...faultsFor(operation), TOO_MANY]
		.filter(({ fault }) => fault.kind !== 'slow')
		.map(({ what, fault, says, title, outlasts }): Row => {
			const struck: Fault = { ...fault, operation: 'read', times: ALWAYS };
			const expected = error(looksOnce ? title : 'timedOut', says, true);
			const reads = looksOnce && !outlasts ? 4 : 1;
			return { ...base, what: `${what} that stays`, fault: struck, expected, form: forever, reads };
		});
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
		form: forever,
	};
	return [...passing, ...staying, ...refused, unknownYet, unknownEver, ...strangeRead(operation, base)];
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

/** Asking twice changes nothing, so a cancellation is repeated, also where it was done already. */
export function cancellation(provider: ProviderName, step: 'cancel' | 'kill'): Row[] {
	const place: Pick<Row, 'jobs' | 'phase'> = { jobs: 1, ...(step === 'kill' && { phase: 'running' }) };
	const struckBy = (fault: Fault, times = 1): Fault => ({ ...fault, operation: step, times });
	const named = (what: string) => (step === 'kill' ? `${what} to Kill` : what);
	const passing = [...FAULTS, TOO_MANY].flatMap(({ what, fault, says, title, needsAnswer, outlasts }): Row[] => {
		const expected = outlasts ? error(title, says, true) : WELL;
		const row: Row = { ...place, what: named(what), fault: struckBy(fault), expected };
		const done: Row = { ...row, what: `${row.what} once it is done`, fault: struckBy({ ...fault, moment: 'after' }) };
		return needsAnswer ? [done] : [row, done];
	});
	if (step === 'kill') return passing;
	const staying = [...FAULTS, TOO_MANY]
		.filter(({ fault }) => fault.kind !== 'slow')
		.map(({ what, fault, says, title, needsAnswer }): Row => {
			// MiniMax is looked at before it is asked again, and then the job is cancelled.
			const expected = provider === 'minimax' && needsAnswer ? WELL : error(title, says, true);
			return { ...place, what: `${what} that stays`, fault: struckBy(fault, ALWAYS), expected };
		});
	const refused = REFUSALS.flatMap(({ what, fault, titles, says }): Row[] => {
		const title = titles[provider];
		if (title === undefined || !READ_REFUSALS.includes(title)) return [];
		return [{ ...place, what, fault: struckBy(fault, ALWAYS), expected: error(title, says, true) }];
	});
	const strange = (['wrongTypes', 'unknownStatus'] as const).map((kind): Row => {
		const what = kind === 'wrongTypes' ? 'values of other types' : 'a word nobody documented';
		// MiniMax is asked again, and says that the job is cancelled.
		const status = provider === 'minimax' ? 'cancelled' : 'unknown';
		return { ...place, what, fault: struckBy({ kind }), expected: { kind: 'well', status } };
	});
	return [...passing, ...staying, ...refused, ...strange];
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

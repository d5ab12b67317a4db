/** Rows of the fault matrix: creates, and the uploads before them. */
import type { Fault, ProviderName } from '../../tools/simulator';
import { ALWAYS, AT_ONCE, CREATE_RETRIES, error, faultsFor, SHORT, WELL, type OperationName, type Row } from './cell';
import { KEYED } from '../stage';
import { FAULTS, isProof, PAGES, REFUSALS, type NamedFault } from './faults';

/** A provider that says no has made nothing, and asking again would not help. */
export function refusedCreate(provider: ProviderName): Row[] {
	return REFUSALS.flatMap(({ what, fault, titles, says }): Row[] => {
		const title = titles[provider];
		if (title === undefined || !isProof(provider, fault)) return [];
		// Only AI/ML API has a second route, which is tried where the first is not there.
		const creates = provider === 'aimlApi' && fault.status === 404 ? 2 : 1;
		return [{ what, fault: { ...fault, times: ALWAYS }, expected: error(title, says, false), creates, jobs: 0 }];
	});
}

/** A no that the provider does not document, or that a proxy says, proves nothing: the job may be there. */
export function unprovedCreate(provider: ProviderName, moment: 'before' | 'after'): Row[] {
	return REFUSALS.flatMap(({ what, fault, titles, says }): Row[] => {
		if (titles[provider] === undefined || isProof(provider, fault)) return [];
		const struck: Fault = { ...fault, moment, times: ALWAYS };
		const expected = error('unknown', says, false);
		return [{ what, fault: struck, expected, creates: 1, jobs: moment === 'after' ? 1 : 0 }];
	});
}

/** A provider that has no room now has made nothing: the create is sent again, for as long as the form says. */
export function busyCreate(provider: ProviderName): Row[] {
	const limited: Fault = { kind: 'status', status: 429, headers: AT_ONCE };
	const full: Fault = { kind: 'status', status: 200, code: 96 };
	const impatient = { waitForSlot: 0 };
	const rows: Row[] = [
		{ what: 'a 429', fault: limited, expected: WELL, creates: 2, jobs: 1 },
		{
			what: 'a 429 that stays',
			fault: { ...limited, times: ALWAYS },
			expected: error('rateLimit', /HTTP 429/, false),
			creates: 1,
			jobs: 0,
			form: impatient,
		},
	];
	if (provider === 'wiro') {
		rows.push(
			{ what: 'no free slot', fault: full, expected: WELL, creates: 2, jobs: 1 },
			{
				what: 'no free slot for long',
				fault: { ...full, times: ALWAYS },
				expected: error('slot', /code 96/, false),
				creates: 1,
				jobs: 0,
				form: impatient,
			},
		);
	}
	if (provider === 'aimlApi') {
		const gone: Fault = { kind: 'status', status: 404 };
		rows.push({ what: 'a route that is gone', fault: gone, expected: WELL, creates: 2, jobs: 1 });
	}
	if (provider === 'apiframe' || provider === 'evolink') {
		const closed: Fault = { kind: 'status', status: 503, headers: AT_ONCE };
		rows.push(
			{ what: 'its documented 503', fault: closed, expected: WELL, creates: 2, jobs: 1 },
			{
				what: 'its documented 503 that stays',
				fault: { ...closed, times: ALWAYS },
				expected: error('unavailable', /HTTP 503/, false),
				creates: 1 + CREATE_RETRIES,
				jobs: 0,
			},
		);
	}
	return rows;
}

/** Whether a provider documents that this answer means that nothing was made. */
const isDocumentedNo = (provider: ProviderName, { fault }: NamedFault): boolean =>
	fault.kind === 'status' && fault.status === 503 && (provider === 'apiframe' || provider === 'evolink');

/** Nobody knows what became of the create: it is not sent again, but where a key makes that harmless. */
export function uncertainCreate(provider: ProviderName, operation: OperationName, moment: 'before' | 'after'): Row[] {
	return faultsFor(operation).flatMap((named): Row[] => {
		const { what, fault, says } = named;
		if (isDocumentedNo(provider, named)) return [];
		if (moment === 'before' && (named.needsAnswer || fault.kind === 'slow')) return [];
		const isKeyed = KEYED.includes(provider);
		const jobs = moment === 'after' || isKeyed ? 1 : 0;
		const struck: Fault = { ...fault, moment };
		// What arrived of the answer names the job; of the answers of Apiframe and MiniMax the first half does not.
		const isWhole = fault.kind === 'malformedJson' || fault.kind === 'hugeBody';
		const namesJob = isWhole || (fault.kind === 'truncated' && provider !== 'apiframe' && provider !== 'minimax');
		const isStatusCut = fault.kind === 'truncated' && provider === 'aimlApi' && operation === 'create';
		if (fault.kind === 'slow' || (namesJob && moment === 'after'))
			return [
				{
					what,
					fault: struck,
					expected: isStatusCut ? { kind: 'well', status: 'unknown' } : WELL,
					creates: 1,
					jobs: 1,
				},
			];
		if (isKeyed) return [{ what, fault: struck, expected: WELL, creates: 2, jobs }];
		return [{ what, fault: struck, expected: error('unknown', says, false), creates: 1, jobs }];
	});
}

/** A key makes repeats harmless, but they too have an end. */
export function endlesslyUncertainCreate(moment: 'before' | 'after'): Row[] {
	return FAULTS.filter(({ what }) => ['a reset', 'silence', 'an error page'].includes(what)).map(
		({ what, fault, says }) => ({
			what: `${what} that stays`,
			fault: { ...fault, moment, times: ALWAYS },
			expected: error('unknown', says, false),
			creates: 5,
			jobs: moment === 'after' ? 1 : 0,
		}),
	);
}

/** Answers that are strange, but name a job. */
export function strangeCreate(provider: ProviderName, operation: OperationName): Row[] {
	// The job has another id than the answer says, so waiting finds nothing, or an id that cannot be one.
	const isRefused = provider === 'apiframe' || provider === 'evolink';
	const lost = isRefused ? error('invalid', /HTTP 400/, true) : error('timedOut', /may still end well/, true);
	// Neither has a status in its answer.
	const status = provider === 'wiro' || provider === 'minimax' ? 'queued' : 'unknown';
	const made: Pick<Row, 'creates' | 'jobs' | 'form'> = { creates: 1, jobs: 1, form: { timeout: SHORT } };
	const otherTypes: Row = {
		...made,
		what: 'values of other types',
		fault: { kind: 'wrongTypes' },
		expected: operation === 'create' ? { kind: 'well', status, jobId: '12345' } : { ...lost, jobId: '12345' },
	};
	const word: Row = {
		...made,
		what: 'a word nobody documented',
		fault: { kind: 'unknownStatus' },
		expected: operation === 'create' ? { kind: 'well', status } : WELL,
	};
	return [otherTypes, word];
}

/** A page is nobody's word on what became of the create. */
export function pageForCreate(moment: 'before' | 'after'): Row[] {
	return PAGES.map(({ what, fault, says }) => {
		const jobs = moment === 'after' ? 1 : 0;
		return {
			what,
			fault: { ...fault, moment, times: ALWAYS },
			expected: error('unknown', says, false),
			creates: 1,
			jobs,
		};
	});
}

const WITH_FILE = { firstFrame: 'binary' } as const;

function repeatedUpload(faults: readonly NamedFault[]): Row[] {
	const form = WITH_FILE;
	const passing = faults.map(({ what, fault }): Row => {
		const once: Fault = { ...fault, operation: 'upload' };
		return { what, fault: once, expected: WELL, creates: 1, jobs: 1, form };
	});
	const staying = faults
		.filter(({ fault }) => fault.kind !== 'slow')
		.map(({ what, fault, says, title }): Row => ({
			what: `${what} that stays`,
			fault: { ...fault, operation: 'upload', times: ALWAYS },
			expected: error(title, says, false),
			creates: 0,
			jobs: 0,
			form,
		}));
	return [...passing, ...staying];
}

export const pageForUpload = (): Row[] => repeatedUpload(PAGES);

/** An upload makes nothing, so it is repeated; what fails it for good has made no job. */
export function upload(_provider: ProviderName, operation: OperationName): Row[] {
	const refused = REFUSALS.flatMap(({ what, fault, titles, says }): Row[] => {
		// The files' servers have envelopes of their own, in which only the status counts.
		const title = titles.evolink;
		if (title === undefined || fault.code !== undefined) return [];
		// It comes when the other item has its job: before, it would keep that from being bought.
		const struck: Fault = { ...fault, operation: 'upload', times: ALWAYS, delayMs: 100 };
		return [{ what, fault: struck, expected: error(title, says, false), creates: 0, jobs: 0, form: WITH_FILE }];
	});
	return [...repeatedUpload(faultsFor(operation)), ...refused];
}

/** Where the image goes with the create, so does its fault. */
export function uploadWithCreate(_provider: ProviderName, operation: OperationName): Row[] {
	return faultsFor(operation)
		.filter(({ needsAnswer, fault }) => !needsAnswer && fault.kind !== 'slow')
		.map(({ what, fault, says }) => ({
			what,
			fault,
			expected: error('unknown', says, false),
			creates: 1,
			jobs: 0,
			form: { firstFrame: 'binary' },
		}));
}

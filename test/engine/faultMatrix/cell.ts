/** A cell of the fault matrix: what happens where and when, and what must come of it. */
import type { JobStatus } from '../../../nodes/Hailuo/core/job/job';
import type { Fault, ProviderName } from '../../tools/simulator';
import { FAULTS, type NamedFault } from './faults';
import type { FrontName } from './fronts';
import type { Title } from './titles';

export type OperationName = 'create' | 'createAndWait' | 'get' | 'wait' | 'cancel';

export const OPERATIONS: readonly OperationName[] = ['create', 'createAndWait', 'get', 'wait', 'cancel'];

export type Moment =
	| 'before it arrives'
	| 'during the upload'
	| 'before the job is made'
	| 'after the job is made'
	| 'during the read'
	| 'during the download'
	| 'during the cancellation'
	| 'in every answer'
	| 'when the job is over'
	| 'in the credential';

/** What must come of a cell. */
export type Expectation =
	/** As if nothing had happened. */
	| { kind: 'well'; status?: JobStatus; jobId?: string }
	/** An error; `title` follows the provider's name or the job's, `says` is in the description. */
	| {
			kind: 'error';
			title: Title;
			says: RegExp;
			/** Whether the error is about a job that is known. */
			job: boolean;
			/** The id the provider gave, where it is not the job's own. */
			jobId?: string;
	  }
	/** Refused without a request, since the provider has no cancellation. */
	| { kind: 'impossible' };

export type ExpectedError = Extract<Expectation, { kind: 'error' }>;

export interface Cell {
	provider: ProviderName;
	operation: OperationName;
	moment: Moment;
	/** The fault in words. */
	what: string;
	/** Strikes the requests of the second of two items; `times` of them. `{key}` in its message is the provider's key. */
	fault?: Fault;
	/** Strikes all requests of the only item. */
	front?: FrontName;
	expected: Expectation;
	/** How long after the job's end its link comes, milliseconds; for ever without one where that is not finite. */
	linkLateBy?: number;
	/** What was pasted behind the keys of the credential. */
	pasted?: string;
	/** How often the item's create must have been sent; undefined for a cell whose operation is another's. */
	creates?: number;
	/** How many jobs must have been made for the item. */
	jobs: 0 | 1;
	/** How often the item's job must have been read. */
	reads?: number;
	/** Connections the front must have seen. */
	connections?: number;
	/** The form, beside what every cell of the operation has. */
	form?: { timeout?: number; downloadVideo?: boolean; firstFrame?: 'binary'; waitForSlot?: number };
	/** Where the job stands; default over, for a cancellation queued. */
	phase?: 'running';
}

/** A create that certainly made nothing is sent once more. */
export const CREATE_RETRIES = 1;

export const ALWAYS = 1000;

/** Some providers would say a minute. */
export const AT_ONCE = { 'retry-after': '1' };

/** Minutes; the job is read, but not for long. */
export const SHORT = 0.01;

/** Of two operations that make jobs with the same code, one meets all faults and the other the typical ones; so for reading. */
export const faultsFor = (operation: OperationName): readonly NamedFault[] =>
	operation === 'createAndWait' ? FAULTS.filter(({ typical }) => typical) : FAULTS;

export const WELL: Expectation = { kind: 'well' };

/** A cell before it is known whose and when it is. */
export type Row = Omit<Cell, 'provider' | 'operation' | 'moment'>;

/** Draws a part of the matrix. */
export function draw(
	moment: Moment,
	providers: readonly ProviderName[],
	operations: readonly OperationName[],
	rowsOf: (provider: ProviderName, operation: OperationName) => Row[],
): Cell[] {
	return providers.flatMap((provider) =>
		operations.flatMap((operation) =>
			rowsOf(provider, operation).map((row) => ({ provider, operation, moment, ...row })),
		),
	);
}

export const error = (title: Title, says: RegExp, job: boolean): ExpectedError => ({ kind: 'error', title, says, job });

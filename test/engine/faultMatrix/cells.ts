/**
 * The fault matrix: every provider and operation, every fault, every moment, and for each what must come of it. Cells are
 * drawn from tables by kinds of fault, so that a new provider or a new fault fills its row or column everywhere.
 */
import type { ProviderName } from '../../tools/simulator';
import { KEYED, PROVIDERS } from '../stage';
import { front, unreachableNoCancellation } from './arriving';
import { draw, type Cell, type OperationName, type Row } from './cell';
import {
	busyCreate,
	endlesslyUncertainCreate,
	pageForCreate,
	pageForUpload,
	refusedCreate,
	strangeCreate,
	uncertainCreate,
	unprovedCreate,
	upload,
	uploadWithCreate,
} from './creating';
import {
	cancellation,
	download,
	lateLink,
	noCancellation,
	noVideo,
	pageForCancellation,
	pageForRead,
	read,
} from './following';
import { dirtyKey, longId } from './lasting';

const CREATING: readonly OperationName[] = ['create', 'createAndWait'];
const READING: readonly OperationName[] = ['get', 'wait', 'createAndWait'];

const WITH_UPLOAD: readonly ProviderName[] = ['apiframe', 'evolink'];
const WITHOUT_UPLOAD: readonly ProviderName[] = ['aimlApi', 'minimax', 'wiro'];
const WITH_CANCEL: readonly ProviderName[] = ['minimax', 'wiro'];
const WITHOUT_CANCEL: readonly ProviderName[] = PROVIDERS.filter((provider) => !WITH_CANCEL.includes(provider));

const onCreate = (rows: Row[]): Row[] =>
	rows.map((row) => ({ ...row, ...(row.fault && { fault: { ...row.fault, operation: 'create' } }) }));

const FAULTY: readonly Cell[] = [
	...draw('before it arrives', PROVIDERS, ['create', 'createAndWait', 'get', 'wait'], front),
	...draw('before it arrives', WITH_CANCEL, ['cancel'], front),
	...draw('before it arrives', WITHOUT_CANCEL, ['cancel'], unreachableNoCancellation),
	...draw('before the job is made', PROVIDERS, CREATING, (provider, operation) =>
		onCreate([
			...refusedCreate(provider),
			...unprovedCreate(provider, 'before'),
			...busyCreate(provider),
			...uncertainCreate(provider, operation, 'before'),
		]),
	),
	...draw('after the job is made', PROVIDERS, CREATING, (provider, operation) =>
		onCreate([
			...unprovedCreate(provider, 'after'),
			...uncertainCreate(provider, operation, 'after'),
			...strangeCreate(provider, operation),
		]),
	),
	...draw('before the job is made', KEYED, ['create'], () => onCreate(endlesslyUncertainCreate('before'))),
	...draw('after the job is made', KEYED, ['create'], () => onCreate(endlesslyUncertainCreate('after'))),
	...draw('during the upload', WITH_UPLOAD, CREATING, upload),
	...draw('during the upload', WITHOUT_UPLOAD, CREATING, (provider, operation) =>
		onCreate(uploadWithCreate(provider, operation)),
	),
	...draw('during the read', PROVIDERS, READING, read),
	...draw('during the download', PROVIDERS, READING, download),
	...draw('during the cancellation', WITH_CANCEL, ['cancel'], (provider) => cancellation(provider, 'cancel')),
	...draw('during the cancellation', ['wiro'], ['cancel'], (provider) => cancellation(provider, 'kill')),
	...draw('during the cancellation', WITHOUT_CANCEL, ['cancel'], noCancellation),
];

const PAGED: readonly Cell[] = [
	...draw('before the job is made', PROVIDERS, CREATING, () => onCreate(pageForCreate('before'))),
	...draw('after the job is made', PROVIDERS, CREATING, () => onCreate(pageForCreate('after'))),
	...draw('during the upload', WITH_UPLOAD, CREATING, pageForUpload),
	...draw('during the read', PROVIDERS, READING, pageForRead),
	...draw('during the cancellation', ['wiro'], ['cancel'], pageForCancellation),
];

const EVERYWHERE: readonly OperationName[] = ['create', ...READING];

/** Every cell, by what strikes it. */
export const CELLS_OF: Readonly<Record<string, readonly Cell[]>> = {
	'a fault': FAULTY,
	'a page instead of an answer': PAGED,
	'an id above 2^53': [
		...draw('in every answer', PROVIDERS, EVERYWHERE, longId),
		...draw('in every answer', ['wiro'], ['cancel'], longId),
	],
	'a late link': draw('when the job is over', PROVIDERS, READING, lateLink),
	'what is not a video': draw('during the download', PROVIDERS, READING, noVideo),
	'a dirty key': [
		...draw('in the credential', PROVIDERS, EVERYWHERE, dirtyKey),
		...draw('in the credential', ['wiro'], ['cancel'], dirtyKey),
	],
};

export const CELLS: readonly Cell[] = Object.values(CELLS_OF).flat();

export function nameOf({ provider, operation, moment, what }: Cell): string {
	return `${provider} ${operation}: ${what} ${moment}`;
}

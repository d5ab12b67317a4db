/** Plays cells of the fault matrix: each in a simulator and an execution of its own, many side by side. */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import {
	startSimulator,
	testImage,
	type RecordedRequest,
	type SimulatedJob,
	type Simulator,
} from '../../tools/simulator';
import { credentialsFor } from '../../tools/support/gateways';
import { runHailuo, type CredentialData } from '../../tools/support/runNode';
import { aCreate, aPrompt, nextExecutionId, onJob, type HailuoRun } from '../stage';
import { CREATE_RETRIES, type Cell } from './cell';
import { letsPass, raise } from './fronts';

/** What came of a cell in one run. */
export interface Played {
	run: HailuoRun;
	/** The item the fault struck. */
	struck: number;
	/** All jobs at the provider in the end. */
	jobs: readonly SimulatedJob[];
	/** The job of the struck item; undefined when there is none. */
	job: SimulatedJob | undefined;
	/** Requests of the node about the struck item. */
	requests: readonly RecordedRequest[];
	connections: number;
	/** The provider's key, as it is meant. */
	key: string;
}

/** What the prompt, and the file, of the struck item hold. */
const MARK = 'the struck boat';

const SOUND = 'the sound boat';

const VIDEO_BYTES = 2048;

/** Cells under way at the same time: they share the time they wait for, so that it passes once for all of them. */
const SIDE_BY_SIDE = 90;

const isStruck = ({ request }: SimulatedJob): boolean => JSON.stringify(request).includes(MARK);

function isAboutStruck(simulator: Simulator, request: RecordedRequest): boolean {
	const text = `${request.path} ${JSON.stringify(request.query)} ${request.rawBody.toString('latin1')}`;
	const job = simulator.jobs.find(isStruck);
	const names = job === undefined ? [] : [job.id, job.token, new URL(job.videoUrl).pathname];
	return [MARK, ...names].some((name) => name !== undefined && text.includes(name));
}

function anItem(prompt: string): INodeExecutionData {
	const data = testImage('png').toString('base64');
	return { ...aPrompt(prompt), binary: { data: { data, mimeType: 'image/png', fileName: `${prompt}.png` } } };
}

function formOf({ provider, operation, form = {} }: Cell): INodeParameters {
	const { waitForSlot, ...fields } = form;
	const waiting: INodeParameters = operation === 'create' || operation === 'cancel' ? {} : { ...fields };
	const options = { maxVideoSize: 1, createRetries: CREATE_RETRIES, ...(waitForSlot !== undefined && { waitForSlot }) };
	if (operation === 'create' || operation === 'createAndWait')
		return aCreate(provider, { operation, ...fields, ...waiting, options });
	return onJob(operation, provider, { ...waiting, options });
}

function readdress(credentials: CredentialData, from: string, to: string): CredentialData {
	return JSON.parse(JSON.stringify(credentials).replaceAll(from, to));
}

/** Pastes something behind each key. */
function paste(credentials: CredentialData, pasted: string): CredentialData {
	const isKey = (name: string) => name === 'apiKey' || name === 'apiSecret';
	return Object.fromEntries(
		Object.entries(credentials).map(([type, fields]) => [
			type,
			Object.fromEntries(
				Object.entries(fields).map(([name, value]) => [name, isKey(name) ? `${String(value)}${pasted}` : value]),
			),
		]),
	);
}

/** Makes the jobs that an operation on jobs needs. */
async function makeJobs(
	cell: Cell,
	simulator: Simulator,
	items: INodeExecutionData[],
	credentials: CredentialData,
): Promise<INodeExecutionData[]> {
	const executionId = nextExecutionId();
	const { items: made } = await runHailuo(aCreate(cell.provider), { items, credentials, executionId });
	if (cell.phase === 'running') for (const { id } of simulator.jobs) simulator.setJobProgress(id, 0.5);
	return made;
}

/**
 * Plays a cell once.
 *
 * @param goOn n8n's Continue On Fail
 */
export async function play(cell: Cell, goOn: boolean): Promise<Played> {
	const isLasting = cell.operation === 'create' || cell.operation === 'cancel';
	const { linkLateBy = 0 } = cell;
	const simulator = await startSimulator({
		jobDurationMs: isLasting ? 600_000 : 0,
		videoBytes: VIDEO_BYTES,
		videoUrl: (job) => (isStruck(job) && Date.now() - job.endsAt < linkLateBy ? '' : job.videoUrl),
	});
	const front = cell.front && (await raise(cell.front, simulator));
	try {
		const { apiKey: key } = simulator.keys[cell.provider];
		const sound = paste(credentialsFor(simulator), cell.pasted ?? '');
		const struck = front ? readdress(sound, simulator.url, front.origin) : sound;
		const prompts = front ? [MARK] : [SOUND, MARK];
		const given = prompts.map(anItem);
		const isCreating = cell.operation === 'create' || cell.operation === 'createAndWait';
		const items = isCreating
			? given
			: await makeJobs(cell, simulator, given, cell.front && letsPass(cell.front) ? struck : sound);
		const before = simulator.requests.length;
		if (cell.fault) {
			const { message, ...fault } = cell.fault;
			const said = message === undefined ? {} : { message: message.replace('{key}', key) };
			simulator.addFault({ ...fault, ...said, matches: (request) => isAboutStruck(simulator, request) });
		}
		const run = await runHailuo(formOf(cell), {
			items,
			credentials: struck,
			executionId: nextExecutionId(),
			...(goOn && { node: { onError: 'continueRegularOutput' } }),
		});
		return {
			run,
			struck: prompts.length - 1,
			jobs: [...simulator.jobs],
			job: simulator.jobs.find(isStruck),
			requests: simulator.requests.slice(before).filter((request) => isAboutStruck(simulator, request)),
			connections: front?.connections ?? 0,
			key,
		};
	} finally {
		await front?.close();
		await simulator.close();
	}
}

/**
 * What came of a cell: in a run that an error ends, and with Continue On Fail where an error is expected. Where something
 * went wrong with the test itself, that.
 */
export type Result = { stopping: Played; goingOn: Played | null } | { broken: unknown };

/** Plays all cells. */
export async function playAll(cells: readonly Cell[]): Promise<Map<Cell, Result>> {
	const results = new Map<Cell, Result>();
	const waiting = [...cells];
	const worker = async () => {
		for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
			try {
				const second = cell.expected.kind === 'well' ? null : play(cell, true);
				const [stopping, goingOn] = await Promise.all([play(cell, false), second]);
				results.set(cell, { stopping, goingOn });
			} catch (error) {
				results.set(cell, { broken: error });
			}
		}
	};
	await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
	return results;
}

import { slugFor } from '../../core/video/offer';
import type { Exchange, HttpBody, HttpResponse } from '../../core/http/http';
import type { Job } from '../../core/job/job';
import { textAt } from '../../core/http/read';
import type { VideoRequest } from '../../core/video/videoRequest';
import type { ProviderAdapter } from '../adapter';
import { after } from '../exchange';
import { createExchange, type JobReading } from '../jobExchange';
import {
	askImageFields,
	fitForm,
	frameFieldsOf,
	getWhetherImage,
	hasToldNames,
	IMAGE_NAME,
	LAST_FRAME_NAME,
	multipartFieldsOf,
	type FrameField,
} from './wiroFrames';
import { namedBody } from './wiroNamedBody';
import { askNames, nameRequest, type NamedRequest } from './wiroNames';
import { errorMessage, readCallback, refusesRun, TASK, WIRO } from './wiroRead';
import { progressSocket } from './wiroSocket';
import { NONCE_HEADER, signatureOf } from './wiroSignature';
import { cancelTask, getTask } from './wiroTask';

/** What every model takes (Wiro docs). */
function generalTexts({ callbackUrl, extras }: VideoRequest): Record<string, string> {
	const projectId = typeof extras.projectId === 'string' ? extras.projectId.trim() : '';
	return {
		...(callbackUrl !== null && { callbackUrl }),
		...(projectId !== '' && { projectid: projectId }),
	};
}

/** Every value is a string, numbers and booleans too (Wiro page). */
function textsOf(request: VideoRequest): Record<string, string> {
	const { prompt, promptOptimizer, resolution, duration } = request;
	return {
		...(prompt !== '' && { prompt }),
		promptOptimizer: String(promptOptimizer),
		resolution,
		duration: String(duration),
		...generalTexts(request),
	};
}

function runBody(request: VideoRequest, frames: readonly FrameField[]): HttpBody {
	const texts = textsOf(request);
	if (frames.length === 0) return { kind: 'json', value: texts };
	const inForm = { ...texts, ...(texts.prompt !== undefined && { prompt: fitForm(texts.prompt, request.model) }) };
	const textFields = Object.entries(inForm).map(([name, value]) => ({ name, value }));
	return { kind: 'multipart', fields: [...frames.flatMap(multipartFieldsOf), ...textFields] };
}

/** Run answers without a status; a task begins in the queue. Where only its token came, that serves as the id. */
const RUN: JobReading = {
	...TASK,
	read(body) {
		const jobToken = textAt(body, 'socketaccesstoken');
		return { rawStatus: null, status: 'queued', ...(jobToken !== null && { handles: { jobToken } }) };
	},
};

/** @param mayRename whether a refusal of an image field by name may lead to the same request with the name it asks for */
function run(request: VideoRequest, frames: readonly FrameField[], mayRename: boolean): Exchange<Job> {
	const path = `/v1/Run/${slugFor(WIRO.offers, request)}`;
	const exchange = createExchange(RUN, { path, body: runBody(request, frames) }, { model: request.model });
	return {
		request: exchange.request,
		read(response) {
			const renamed = mayRename ? renameFrames(frames, response) : null;
			return renamed === null ? exchange.read(response) : { kind: 'next', exchange: run(request, renamed, false) };
		},
	};
}

/** Of MiniMax-H3 no name is guessed, so there is none to correct after a refusal. */
function runNamed(request: VideoRequest, named: NamedRequest): Exchange<Job> {
	const path = `/v1/Run/${slugFor(WIRO.offers, request)}`;
	const body = namedBody(request, named, generalTexts(request));
	return createExchange(RUN, { path, body }, { model: request.model });
}

const REQUIRED_FIELD = /^Request (?:files|parameter) \[([a-z]\w{0,39})\] required\.?$/i;

/**
 * Wiro's sources give three generations of names for the image fields. A refusal names the field it wants, and no task
 * exists by then (Wiro docs, errors), so the image may be sent again under that name.
 *
 * @returns null where the answer asks for nothing that could be given
 */
function renameFrames(frames: readonly FrameField[], { status, json }: HttpResponse): FrameField[] | null {
	const proven = (status < 300 || status === 400) && refusesRun(json);
	const wanted = proven ? REQUIRED_FIELD.exec(errorMessage(json) ?? '')?.[1] : undefined;
	if (wanted === undefined || !IMAGE_NAME.test(wanted)) return null;
	const name = wanted.replace(/Url$/, '');
	const place = LAST_FRAME_NAME.test(name) ? 1 : 0;
	const field = frames[place];
	if (!field) return null;
	// The field is asked for by the very name we used: its twin does not exist, so the address goes in the field.
	const sameName = name === field.name;
	if (sameName && (wanted !== name || field.frame.kind === 'file' || field.addressIn !== 'twin')) return null;
	const renamed: FrameField = { ...field, name, addressIn: sameName ? 'field' : 'twin' };
	return frames.map((other) => (other === field ? renamed : other));
}

/**
 * Wiro (wiro.ai). Every call is a POST; refusals mostly come with HTTP 200.
 * Sources: Wiro page for Hailuo 2.3 Fast, Wiro docs, Wiro's n8n package and SDKs.
 */
export const wiro: ProviderAdapter = {
	...WIRO,
	credential: 'hailuoWiroApi',
	documentationUrl: 'https://wiro.ai/models/minimax/hailuo-2-3-fast',
	jobsPage: 'https://wiro.ai/panel',
	extras: [
		{
			name: 'projectId',
			label: 'Project ID',
			description: 'The Wiro project the job is counted to',
			type: 'string',
			default: '',
			placeholder: 'e.g. 699',
		},
	],
	shortestPollSeconds: 3,
	// Outputs are kept "for a limited time" (Wiro docs, FAQ), which is no lifetime.
	linkLifetime: null,
	callbacks: { httpsOnly: false, resumesExecution: true, readCallback },
	progressSocket,
	signing: { nonceHeader: NONCE_HEADER, signatureOf },

	prepare: askImageFields,

	create(request, prepared) {
		if (!hasToldNames(request)) return run(request, frameFieldsOf(request, prepared), true);
		const named = nameRequest(request, prepared);
		return named === null ? after(askNames(request), (told) => runNamed(request, told)) : runNamed(request, named);
	},

	hasImage: getWhetherImage,
	get: getTask,
	cancel: cancelTask,
};

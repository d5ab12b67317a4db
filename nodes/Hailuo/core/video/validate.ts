import {
	ADVISED_CAMERA_MOVEMENTS,
	CAMERA_MOVEMENTS,
	DURATIONS,
	IMAGE_SIZE_LIMIT,
	IMAGE_TYPES,
	MODELS,
	RESOLUTIONS,
	type Duration,
	type ImageType,
	type Offer,
	type Resolution,
} from './catalog';
import { IMAGE_TYPE_LABELS, recogniseImage } from './imageType';
import { cleanText, isWebUrl } from '../http/read';
import type { Frame, VideoRequest } from './videoRequest';

/** A frame as the form gives it. `bytes` is null when the file was too large to be worth loading. */
export type DraftFrame =
	| { kind: 'none' }
	| { kind: 'url'; url: string }
	| { kind: 'missing'; property: string }
	| { kind: 'file'; bytes: Uint8Array | null; size: number; fileName: string };

/** The form's values before anything is known of them: an expression may have put anything there. */
export interface VideoDraft {
	model: string;
	prompt: string;
	cameraMovements: string[];
	firstFrame: DraftFrame;
	lastFrame: DraftFrame;
	resolution: string;
	duration: number;
	promptOptimizer: boolean;
}

/** The part of a video request that the form decides. */
export type FormRequest = Omit<VideoRequest, 'callbackUrl' | 'idempotencyKey' | 'extras'>;

export type Validation =
	| { ok: true; request: FormRequest; hints: string[] }
	/** All problems at once, each a sentence in the form's words. */
	| { ok: false; problems: string[] };

/** What a provider sells, as far as the check needs it. */
export interface ProviderOffers {
	label: string;
	offers: readonly Offer[];
}

/**
 * Puts the prompt and the chosen camera movements together as MiniMax reads them: one bracket, all at the same time.
 *
 * @returns the prompt to send; brackets the user wrote stay as they are
 */
export function composePrompt(prompt: string, cameraMovements: readonly string[]): string {
	const text = prompt.trim();
	const bracket = cameraMovements.length > 0 ? `[${cameraMovements.join(',')}]` : '';
	return text !== '' && bracket !== '' ? `${text} ${bracket}` : text + bracket;
}

function quoted(value: string): string {
	return `'${cleanText(value, 60)}'`;
}

function joined(words: readonly string[]): string {
	return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}

/** Checks one frame; problems are pushed, and the frame is returned when there are none. */
function checkFrame(
	label: string,
	draft: DraftFrame,
	imageTypes: readonly ImageType[],
	shop: ProviderOffers,
	problems: string[],
): Frame | null {
	if (draft.kind === 'none') return null;
	if (draft.kind === 'missing') {
		problems.push(`'${label} Input Data Field Name' is ${quoted(draft.property)}, but the item has no such file`);
		return null;
	}
	if (draft.kind === 'url') {
		const url = draft.url.trim();
		if (url !== '' && isWebUrl(url)) return { kind: 'url', url };
		problems.push(
			url === ''
				? `'${label} URL' is empty`
				: `'${label} URL' ${quoted(url)} is not a web address that begins with https:// or http://`,
		);
		return null;
	}
	if (draft.bytes === null || draft.size > IMAGE_SIZE_LIMIT) {
		// Rounded up, so that one byte too many does not read as 20.0 MB.
		const megabytes = (Math.ceil((draft.size / 1024 / 1024) * 10) / 10).toFixed(1);
		problems.push(`'${label}' is ${megabytes} MB; an image may have at most 20 MB`);
		return null;
	}
	const recognised = recogniseImage(draft.bytes);
	const mimeType = imageTypes.find((type) => type === recognised);
	if (mimeType) {
		// A part of a form whose file has no name is a plain field to many servers.
		const fileName = draft.fileName === '' ? mimeType.replace('/', '.') : draft.fileName;
		return { kind: 'file', bytes: draft.bytes, fileName, mimeType };
	}
	const wanted = joined(imageTypes.map((type) => IMAGE_TYPE_LABELS[type]));
	problems.push(
		`'${label}' is ${recognised === null ? 'no image' : `of type ${recognised}`} by its content; ${shop.label} takes ${wanted}`,
	);
	return null;
}

function checkPrompt(draft: VideoDraft, offer: Offer, shop: ProviderOffers, problems: string[]): string {
	const prompt = composePrompt(draft.prompt, draft.cameraMovements);
	const model = MODELS[offer.model];
	if (prompt === '' && offer.prompt === 'required')
		problems.push(`'Prompt' is empty; ${shop.label} needs one for ${model.label}`);
	if (prompt === '' && offer.prompt === 'requiredWithoutImage' && draft.firstFrame.kind === 'none') {
		problems.push(`'Prompt' is empty; without a 'First Frame' ${model.label} needs one`);
	}
	const length = Array.from(prompt).length;
	if (length > model.promptLimit) {
		const counted = draft.cameraMovements.length > 0 ? ' with its camera movements' : '';
		problems.push(`'Prompt'${counted} has ${length} characters; ${model.label} takes at most ${model.promptLimit}`);
	}
	return prompt;
}

function checkCameraMovements(draft: VideoDraft, problems: string[]): void {
	const known: readonly string[] = CAMERA_MOVEMENTS;
	for (const movement of draft.cameraMovements) {
		if (!known.includes(movement))
			problems.push(`'Camera Movements' holds ${quoted(movement)}, which is none of the ${known.length} commands`);
	}
}

/** Checks resolution and duration together: which durations there are depends on the resolution. */
function checkShape(
	draft: VideoDraft,
	offer: Offer,
	shop: ProviderOffers,
	problems: string[],
): { resolution: Resolution; duration: Duration } | null {
	const model = MODELS[offer.model];
	const resolution = RESOLUTIONS.find((known) => known === draft.resolution.trim().toUpperCase());
	const durations = resolution && offer.resolutions[resolution];
	if (!resolution || !durations) {
		const offered = RESOLUTIONS.filter((known) => offer.resolutions[known]);
		problems.push(
			`'Resolution' ${quoted(draft.resolution)} is not offered by ${shop.label} for ${model.label}; choose ${joined(offered)}`,
		);
		const sold = DURATIONS.filter((known) => offered.some((name) => offer.resolutions[name]?.includes(known)));
		if (!sold.some((known) => known === draft.duration)) {
			problems.push(
				`'Duration' ${quoted(String(draft.duration))} is not offered at any resolution; choose ${joined(sold.map(String))} seconds`,
			);
		}
		return null;
	}
	if (resolution === '512P' && (draft.firstFrame.kind === 'none' || draft.lastFrame.kind !== 'none')) {
		problems.push(`'Resolution' 512P needs a 'First Frame' and no 'Last Frame'`);
	}
	const duration = DURATIONS.find((known) => known === draft.duration);
	if (duration && durations.includes(duration)) return { resolution, duration };
	problems.push(
		`'Duration' ${quoted(String(draft.duration))} is not offered at ${resolution}; choose ${joined(durations.map(String))} seconds`,
	);
	return null;
}

/** Checks what does not hang on the model, for a model that is not sold. */
function checkWithoutOffer(shop: ProviderOffers, draft: VideoDraft): string[] {
	const models = shop.offers.map((candidate) => MODELS[candidate.model].label);
	const problems = [`'Model' ${quoted(draft.model)} is not offered by ${shop.label}; choose ${joined(models)}`];
	checkCameraMovements(draft, problems);
	const imageTypes = IMAGE_TYPES.filter((type) => shop.offers.some((candidate) => candidate.imageTypes.includes(type)));
	checkFrame('First Frame', draft.firstFrame, imageTypes, shop, problems);
	checkFrame('Last Frame', draft.lastFrame, imageTypes, shop, problems);
	return problems;
}

/**
 * Checks everything a form can get wrong before a request is sent, for nothing must be bought that is bound to be
 * refused.
 *
 * @param shop the provider's label and offers
 * @param draft the form's values
 * @returns a request every adapter may rely on, with hints about what is allowed but unwise; or all problems
 */
export function validate(shop: ProviderOffers, draft: VideoDraft): Validation {
	const offer = shop.offers.find((candidate) => candidate.model === draft.model);
	if (!offer) return { ok: false, problems: checkWithoutOffer(shop, draft) };
	const label = MODELS[offer.model].label;
	const problems: string[] = [];
	const hints: string[] = [];
	const prompt = checkPrompt(draft, offer, shop, problems);
	checkCameraMovements(draft, problems);
	const firstFrame = checkFrame('First Frame', draft.firstFrame, offer.imageTypes, shop, problems);
	if (draft.firstFrame.kind === 'none' && offer.firstFrame === 'required')
		problems.push(`'First Frame' is missing; ${label} makes its video from an image`);
	if (draft.firstFrame.kind === 'none' && offer.firstFrame === 'recommended') {
		hints.push(
			`${label} makes its video from an image: without a 'First Frame' ${shop.label} may refuse the job or fail it`,
		);
	}
	const lastFrame =
		draft.lastFrame.kind !== 'none' && !offer.lastFrame
			? null
			: checkFrame('Last Frame', draft.lastFrame, offer.imageTypes, shop, problems);
	if (draft.lastFrame.kind !== 'none' && !offer.lastFrame)
		problems.push(`'Last Frame' is not offered by ${shop.label} for ${label}`);
	if (draft.lastFrame.kind !== 'none' && offer.lastFrame && draft.firstFrame.kind === 'none')
		problems.push(`'Last Frame' needs a 'First Frame' beside it`);
	const shape = checkShape(draft, offer, shop, problems);
	if (draft.cameraMovements.length > ADVISED_CAMERA_MOVEMENTS) {
		hints.push(
			`${draft.cameraMovements.length} camera movements at the same time: MiniMax advises at most ${ADVISED_CAMERA_MOVEMENTS}`,
		);
	}
	if (problems.length > 0 || !shape) return { ok: false, problems };
	return {
		ok: true,
		request: { model: offer.model, prompt, firstFrame, lastFrame, ...shape, promptOptimizer: draft.promptOptimizer },
		hints,
	};
}

import {
	ADVISED_CAMERA_MOVEMENTS,
	CAMERA_MOVEMENTS,
	DURATIONS,
	IMAGE_TYPES,
	MODELS,
	RESOLUTIONS,
	type Offer,
	type Resolution,
} from './catalog';
import { isPrivateUrl } from '../http/privateAddress';
import { numberAt, textAt } from '../http/read';
import { checkFrame, type DraftFrame } from './checkFrame';
import type { VideoRequest } from './videoRequest';
import { joinWords, quoted, shown } from './words';

export type { DraftFrame } from './checkFrame';

/** The form's values before anything is known of them: an expression may have put anything there. */
export interface VideoDraft {
	model: string;
	prompt: string;
	cameraMovements: string[];
	firstFrame: DraftFrame;
	lastFrame: DraftFrame;
	resolution: string;
	/** As it was given: the message about it shows it so. */
	duration: unknown;
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
	const bracket = cameraMovements.length > 0 ? `[${cameraMovements.join(',')}]` : '';
	return `${prompt.trim()} ${bracket}`.trim();
}

/** Says whether a resolution goes with these frames: 512P is made from a first frame alone (MiniMax video generation guide). */
export function goesWith(resolution: Resolution, hasFirstFrame: boolean, hasLastFrame: boolean): boolean {
	return resolution !== '512P' || (hasFirstFrame && !hasLastFrame);
}

function checkPrompt(draft: VideoDraft, offer: Offer, provider: string, problems: string[]): string {
	const prompt = composePrompt(draft.prompt, draft.cameraMovements);
	const { label, promptLimit } = MODELS[offer.model];
	if (prompt === '' && offer.prompt === 'required')
		problems.push(`'Prompt' is empty; ${provider} needs one for ${label}`);
	if (prompt === '' && offer.prompt === 'requiredWithoutImage' && draft.firstFrame.kind === 'none')
		problems.push(`'Prompt' is empty; without a 'First Frame' ${label} needs one`);
	const characters = Array.from(prompt).length;
	const length = offer.promptCounts === 'utf16Units' ? prompt.length : characters;
	if (length > promptLimit) {
		const whole = draft.cameraMovements.length > 0 ? ' with its camera movements' : '';
		const counted = length > characters ? `, as ${provider} counts them (an emoji as two or more)` : '';
		problems.push(`'Prompt'${whole} has ${length} characters${counted}; ${label} takes at most ${promptLimit}`);
	}
	return prompt;
}

function checkCameraMovements(movements: readonly string[], problems: string[]): void {
	const known: readonly string[] = CAMERA_MOVEMENTS;
	for (const movement of movements.filter((candidate) => !known.includes(candidate)))
		problems.push(`'Camera Movements' holds ${quoted(movement)}, which is none of the ${known.length} commands`);
}

/** Checks which frames there are, whatever they are. */
function checkFrames({ firstFrame, lastFrame }: VideoDraft, offer: Offer, provider: string, problems: string[]): void {
	const { label } = MODELS[offer.model];
	const hasFirst = firstFrame.kind !== 'none';
	if (!hasFirst && offer.firstFrame === 'required')
		problems.push(`'First Frame' is missing; ${label} makes its video from an image`);
	if (lastFrame.kind === 'none') return;
	if (!offer.lastFrame) problems.push(`'Last Frame' is not offered by ${provider} for ${label}`);
	else if (!hasFirst) problems.push(`'Last Frame' needs a 'First Frame' beside it`);
}

/** Reads `6`, `'6'`, and also `'6s'` or `'6 seconds'`, which mean nothing else; null for what is no number. */
function secondsIn(given: unknown): number | null {
	const text = textAt(given)?.replace(/\s*(?:s|secs?|seconds?)$/i, '') ?? null;
	return numberAt(text);
}

/** Checks resolution and duration together: which durations there are depends on the resolution. */
function checkShape(
	draft: VideoDraft,
	offer: Offer,
	provider: string,
	problems: string[],
): Pick<FormRequest, 'resolution' | 'duration'> | null {
	const offered = RESOLUTIONS.filter((known) => offer.resolutions[known]);
	const resolution = offered.find((known) => known === draft.resolution.trim().toUpperCase());
	const durations = DURATIONS.filter((known) =>
		(resolution ? [resolution] : offered).some((name) => offer.resolutions[name]?.includes(known)),
	);
	if (!resolution) {
		problems.push(
			`'Resolution' ${quoted(draft.resolution)} is not offered by ${provider} for ${MODELS[offer.model].label}; choose ${joinWords(offered, 'or')}`,
		);
	} else if (!goesWith(resolution, draft.firstFrame.kind !== 'none', draft.lastFrame.kind !== 'none')) {
		problems.push(`'Resolution' ${resolution} needs a 'First Frame' and no 'Last Frame'`);
	}
	const seconds = secondsIn(draft.duration);
	const duration = durations.find((known) => known === seconds);
	if (!duration) {
		problems.push(
			`'Duration' is ${shown(draft.duration)}, which is not offered at ${resolution ?? 'any resolution'}; choose ${joinWords(durations, 'or')} seconds`,
		);
	}
	return resolution && duration ? { resolution, duration } : null;
}

/** @returns what is allowed but unwise */
function hintsAbout(draft: VideoDraft, offer: Offer, provider: string): string[] {
	const hints: string[] = [];
	const { label } = MODELS[offer.model];
	for (const [field, frame] of [
		['First Frame', draft.firstFrame],
		['Last Frame', draft.lastFrame],
	] as const) {
		if (frame.kind === 'url' && isPrivateUrl(frame.url.trim()))
			hints.push(
				`'${field} URL' is a private address, which a provider on the internet cannot open: take 'Binary File'`,
			);
	}
	const movements = draft.cameraMovements.length;
	if (draft.firstFrame.kind === 'none' && offer.firstFrame === 'recommended') {
		hints.push(
			`${label} makes its video from an image: without a 'First Frame' ${provider} may refuse the job or fail it`,
		);
	}
	if (movements > ADVISED_CAMERA_MOVEMENTS)
		hints.push(`${movements} camera movements at the same time: MiniMax advises at most ${ADVISED_CAMERA_MOVEMENTS}`);
	return hints;
}

/**
 * Checks everything a form can get wrong before a request is sent, for nothing must be bought that is bound to be
 * refused.
 *
 * @param seller the provider's label and offers
 * @param draft the form's values
 * @returns a request every adapter may rely on, with hints about what is allowed but unwise; or all problems
 */
export function validate({ label: provider, offers }: ProviderOffers, draft: VideoDraft): Validation {
	const { model, cameraMovements, promptOptimizer } = draft;
	const problems: string[] = [];
	const offer = offers.find((candidate) => candidate.model === model);
	if (!offer) {
		const sold = offers.map((candidate) => MODELS[candidate.model].label);
		problems.push(`'Model' ${quoted(model)} is not offered by ${provider}; choose ${joinWords(sold, 'or')}`);
	}
	// What hangs on a model is left alone where there is none.
	const prompt = offer ? checkPrompt(draft, offer, provider, problems) : '';
	checkCameraMovements(cameraMovements, problems);
	const imageTypes = IMAGE_TYPES.filter((type) =>
		(offer ? [offer] : offers).some((candidate) => candidate.imageTypes.includes(type)),
	);
	const check = (label: string, frame: DraftFrame) => checkFrame(label, frame, imageTypes, provider, problems);
	const firstFrame = check('First Frame', draft.firstFrame);
	const lastFrame = offer?.lastFrame === false ? null : check('Last Frame', draft.lastFrame);
	if (offer) checkFrames(draft, offer, provider, problems);
	const shape = offer ? checkShape(draft, offer, provider, problems) : null;
	const isUnclear =
		(firstFrame === null && draft.firstFrame.kind !== 'none') ||
		(lastFrame === null && draft.lastFrame.kind !== 'none');
	if (!offer || !shape || isUnclear || problems.length > 0) return { ok: false, problems };
	const request = { model: offer.model, prompt, firstFrame, lastFrame, ...shape, promptOptimizer };
	return { ok: true, request, hints: hintsAbout(draft, offer, provider) };
}

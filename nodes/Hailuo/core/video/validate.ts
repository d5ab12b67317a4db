import { ADVISED_CAMERA_MOVEMENTS, CAMERA_MOVEMENTS, MODELS } from './catalog';
import { isPrivateUrl } from '../http/privateAddress';
import { checkFrame, type DraftFrame, type DraftMedia } from './checkFrame';
import type { MediaRules } from './checkMedia';
import { checkReferences, kindsIn, REFERENCE_LABELS, type DraftReferences } from './checkReferences';
import { checkRatio, checkShape } from './checkShape';
import { describeSize, IMAGE_SHAPE, IMAGE_TYPES, MEDIA_SIZES, megabytes } from './media';
import type { Offer } from './offer';
import type { Media, VideoRequest } from './videoRequest';
import { joinWords, quoted } from './words';

export type { DraftFrame, DraftMedia } from './checkFrame';
export type { DraftReferences } from './checkReferences';

/** The form's values before anything is known of them: an expression may have put anything there. */
export interface VideoDraft {
	model: string;
	prompt: string;
	cameraMovements: string[];
	firstFrame: DraftFrame;
	lastFrame: DraftFrame;
	references: DraftReferences;
	resolution: string;
	/** As it was given: the message about it shows it so. */
	duration: unknown;
	/** Empty, like `adaptive`, where nothing was chosen. */
	aspectRatio: string;
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

function checkPrompt(draft: VideoDraft, offer: Offer, provider: string, problems: string[]): string {
	const prompt = composePrompt(draft.prompt, draft.cameraMovements);
	const { label } = MODELS[offer.model];
	const { promptLimit } = offer;
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

function checkCameraMovements(
	movements: readonly string[],
	offer: Offer | undefined,
	provider: string,
	problems: string[],
): void {
	if (offer?.cameraMovements === false && movements.length > 0) {
		const { label } = MODELS[offer.model];
		problems.push(`'Camera Movements' is not offered by ${provider} for ${label}; describe them in the prompt`);
		return;
	}
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
	if (offer.lastFrame === 'none') problems.push(`'Last Frame' is not offered by ${provider} for ${label}`);
	else if (!hasFirst && offer.lastFrame === 'besideFirst')
		problems.push(`'Last Frame' needs a 'First Frame' beside it`);
}

/** Files that travel inside of a request have one limit together. */
function checkFilesTogether(
	files: ReadonlyArray<Media | null>,
	offer: Offer,
	provider: string,
	problems: string[],
): void {
	if (offer.filesTogether === null) return;
	const size = files.reduce((sum, file) => sum + (file?.kind === 'file' ? file.bytes.length : 0), 0);
	if (size > megabytes(offer.filesTogether)) {
		problems.push(
			`The files have ${describeSize(size)} together; ${provider} takes at most ${offer.filesTogether} MB in one request. Give addresses instead of files`,
		);
	}
}

/** @returns what is allowed but unwise */
function hintsAbout(draft: VideoDraft, offer: Offer, provider: string): string[] {
	const hints: string[] = [];
	const { label } = MODELS[offer.model];
	const isPrivate = (media: DraftFrame | DraftMedia) => media.kind === 'url' && isPrivateUrl(media.url.trim());
	for (const [field, frame] of [
		['First Frame', draft.firstFrame],
		['Last Frame', draft.lastFrame],
	] as const) {
		if (isPrivate(frame))
			hints.push(
				`'${field} URL' is a private address, which a provider on the internet cannot open: take 'Binary File'`,
			);
	}
	for (const kind of kindsIn(draft.references)) {
		if (draft.references[kind].some(isPrivate))
			hints.push(
				`'${REFERENCE_LABELS[kind]}' holds a private address, which a provider on the internet cannot open: name the binary field with the file`,
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

/** What is asked of files for a model that is not sold: what is wrong with them there is wrong everywhere. */
function usualRules(offers: readonly Offer[]): MediaRules['offer'] {
	const imageTypes = IMAGE_TYPES.filter((type) => offers.some((offer) => offer.imageTypes.includes(type)));
	return { imageTypes, imageShape: IMAGE_SHAPE, mediaSizes: MEDIA_SIZES };
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
	checkCameraMovements(cameraMovements, offer, provider, problems);
	const rules = { provider, offer: offer ?? usualRules(offers) };
	const firstFrame = checkFrame('First Frame', draft.firstFrame, rules, problems);
	const lastFrame = offer?.lastFrame === 'none' ? null : checkFrame('Last Frame', draft.lastFrame, rules, problems);
	if (offer) checkFrames(draft, offer, provider, problems);
	const hasFrames = draft.firstFrame.kind !== 'none' || draft.lastFrame.kind !== 'none';
	const references = checkReferences(draft.references, offer, rules, hasFrames, problems);
	const mode = hasFrames ? 'image' : kindsIn(draft.references).length > 0 ? 'reference' : 'text';
	const shape = offer ? checkShape(draft, offer, provider, problems) : null;
	const aspectRatio = offer ? checkRatio(draft.aspectRatio, mode, offer, provider, problems) : undefined;
	const files = [firstFrame, lastFrame, ...Object.values(references ?? {}).flat()];
	if (offer) checkFilesTogether(files, offer, provider, problems);
	const isUnclear =
		(firstFrame === null && draft.firstFrame.kind !== 'none') ||
		(lastFrame === null && draft.lastFrame.kind !== 'none') ||
		(references === undefined && kindsIn(draft.references).length > 0);
	if (!offer || !shape || isUnclear || problems.length > 0) return { ok: false, problems };
	const request: FormRequest = {
		model: offer.model,
		prompt,
		firstFrame,
		lastFrame,
		...(references && { references }),
		...shape,
		...(aspectRatio && { aspectRatio }),
		promptOptimizer: offer.promptOptimizer ? promptOptimizer : null,
	};
	return { ok: true, request, hints: hintsAbout(draft, offer, provider) };
}

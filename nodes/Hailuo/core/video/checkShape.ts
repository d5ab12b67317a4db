import {
	ASPECT_RATIOS,
	DURATIONS,
	MODELS,
	RESOLUTIONS,
	type AspectRatio,
	type Resolution,
	type VideoMode,
} from './catalog';
import { numberAt, textAt } from '../http/read';
import type { Offer } from './offer';
import type { VideoRequest } from './videoRequest';
import { joinNumbers, joinWords, quoted, shown } from './words';

/** What the form says of a video's size and length, and what these hang on. */
interface DraftShape {
	firstFrame: { kind: string };
	lastFrame: { kind: string };
	resolution: string;
	duration: unknown;
}

/** Says whether a resolution goes with these frames: 512P is made from a first frame alone (MiniMax video generation guide). */
export function goesWith(resolution: Resolution, hasFirstFrame: boolean, hasLastFrame: boolean): boolean {
	return resolution !== '512P' || (hasFirstFrame && !hasLastFrame);
}

/** Reads `6`, `'6'`, and also `'6s'` or `'6 seconds'`, which mean nothing else; null for what is no number. */
function secondsIn(given: unknown): number | null {
	const text = textAt(given)?.replace(/\s*(?:s|secs?|seconds?)$/i, '') ?? null;
	return numberAt(text);
}

/**
 * Checks resolution and duration together: which durations there are depends on the resolution.
 *
 * @param problems takes sentences in the form's words
 * @returns null where one of them is wrong
 */
export function checkShape(
	draft: DraftShape,
	offer: Offer,
	provider: string,
	problems: string[],
): Pick<VideoRequest, 'resolution' | 'duration'> | null {
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
			`'Duration' is ${shown(draft.duration)}, which is not offered at ${resolution ?? 'any resolution'}; choose ${joinNumbers(durations)} seconds`,
		);
	}
	return resolution && duration ? { resolution, duration } : null;
}

const FROM: Record<VideoMode, string> = {
	text: 'from text alone',
	image: 'from a frame',
	reference: 'from references',
};

/**
 * Checks the aspect ratio. `adaptive` goes with everything: where it is none of the ratios, none is named.
 *
 * @param ratio as it was given; empty for none
 * @param mode what the video would be made from
 * @param problems takes a sentence in the form's words
 * @returns undefined where the provider is to decide
 */
export function checkRatio(
	ratio: string,
	mode: VideoMode,
	offer: Offer,
	provider: string,
	problems: string[],
): AspectRatio | undefined {
	const offered = offer.aspectRatios[mode] ?? [];
	const given = ratio.trim().toLowerCase() || 'adaptive';
	const found = offered.find((candidate) => candidate === given);
	if (found !== undefined || given === 'adaptive') return found;
	const isSold = Object.keys(offer.aspectRatios).length > 0;
	const choices = ASPECT_RATIOS.filter((candidate) => candidate === 'adaptive' || offered.includes(candidate));
	const { label } = MODELS[offer.model];
	problems.push(
		isSold
			? `'Aspect Ratio' ${quoted(ratio)} is not offered by ${provider} for ${label} ${FROM[mode]}; choose ${joinWords(choices, 'or')}`
			: `'Aspect Ratio' is not offered by ${provider} for ${label}`,
	);
	return undefined;
}

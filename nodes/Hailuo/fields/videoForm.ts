import type { INodeProperties } from 'n8n-workflow';
import { DURATIONS, RESOLUTIONS, type Duration, type Offer, type Resolution } from '../core/video/catalog';
import { goesWith } from '../core/video/validate';
import type { ProviderAdapter } from '../providers/adapter';
import { FRAME_KINDS, readFrame, type FrameChoice, type FrameKind } from './frames';
import { readMovements } from './prompt';
import { joinWords } from '../core/video/words';
import { CREATING, readBoolean, readModel, readText, readWord, type GetParameter } from './shared';
import { always, dependingOn, perModel, perProvider, type ConditionalField } from './conditionalFields';

const DEFAULT_RESOLUTION: Resolution = '768P';
const DEFAULT_DURATION: Duration = 6;

function resolutionsOf(offer: Offer, firstFrame: FrameKind, lastFrame: FrameKind): ConditionalField[] {
	const resolutions = RESOLUTIONS.filter(
		(resolution) => offer.resolutions[resolution] && goesWith(resolution, firstFrame !== 'none', lastFrame !== 'none'),
	);
	const initial = resolutions.find((resolution) => resolution === DEFAULT_RESOLUTION) ?? resolutions[0] ?? '';
	return always({
		displayName: 'Resolution',
		name: 'resolution',
		type: 'options',
		options: resolutions.map((resolution) => {
			const durations = offer.resolutions[resolution] ?? [];
			const alone = goesWith(resolution, false, false) ? '' : ', from a first frame alone';
			return {
				name: resolution,
				value: resolution,
				description: `${joinWords(durations, 'or')} seconds${durations.length === 1 ? ' only' : ''}${alone}`,
			};
		}),
		default: initial,
		description: 'Height of the picture; a larger one costs more and takes longer',
	});
}

/** @returns what provider and model offer with the frames that are chosen */
export function describeResolution(providers: readonly ProviderAdapter[]): INodeProperties[] {
	return perProvider(providers, CREATING, (provider) =>
		perModel(provider, (offer) =>
			dependingOn('firstFrame', FRAME_KINDS, (firstFrame) =>
				firstFrame !== 'none' && offer.lastFrame
					? dependingOn('lastFrame', FRAME_KINDS, (lastFrame) => resolutionsOf(offer, firstFrame, lastFrame))
					: resolutionsOf(offer, firstFrame, 'none'),
			),
		),
	);
}

function durationsOf(durations: readonly Duration[]): ConditionalField[] {
	const initial = durations.find((duration) => duration === DEFAULT_DURATION) ?? durations[0] ?? DEFAULT_DURATION;
	return always({
		displayName: 'Duration',
		name: 'duration',
		type: 'options',
		options: durations.map((duration) => ({ name: `${duration} Seconds`, value: duration })),
		default: initial,
		description:
			durations.length === 1
				? 'How many seconds the video lasts; at this resolution there is one length only'
				: 'How many seconds the video lasts; a longer one costs more and takes longer',
	});
}

/** @returns what provider and model offer at the resolution that is chosen */
export function describeDuration(providers: readonly ProviderAdapter[]): INodeProperties[] {
	return perProvider(providers, CREATING, (provider) =>
		perModel(provider, (offer) => {
			const offered = RESOLUTIONS.filter((resolution) => offer.resolutions[resolution]);
			return dependingOn('resolution', offered, (resolution) =>
				durationsOf(offer.resolutions[resolution] ?? DURATIONS),
			);
		}),
	);
}

/** A video as the form asks for it: nothing has been loaded, and whether it can be had is for the validation to say. */
export interface VideoForm {
	model: string;
	prompt: string;
	cameraMovements: string[];
	firstFrame: FrameChoice;
	lastFrame: FrameChoice;
	resolution: string;
	/** Seconds, in whatever form they were given. */
	duration: unknown;
	promptOptimizer: boolean;
	/** What could not be understood at all, in the form's words. */
	problems: string[];
}

/**
 * Reads what video an item asks for. Never throws on a value of an unexpected type: what is left of it is refused by the
 * validation, or named in `problems`.
 *
 * @param get the item's parameters
 * @param adapter the chosen provider, whose offers say what an untouched first frame is
 */
export function readVideoForm(get: GetParameter, adapter: ProviderAdapter): VideoForm {
	const problems: string[] = [];
	const model = readModel(get);
	const offer = adapter.offers.find((candidate) => candidate.model === model);
	return {
		model,
		prompt: readText(get('prompt', ''), 'Prompt', problems),
		cameraMovements: readMovements(get('cameraMovements', [])),
		firstFrame: readFrame(get, 'firstFrame', offer, problems),
		lastFrame: readFrame(get, 'lastFrame', offer, problems),
		resolution: readWord(get('resolution', DEFAULT_RESOLUTION)),
		duration: get('duration', DEFAULT_DURATION),
		promptOptimizer: readBoolean(get('promptOptimizer', true), 'Prompt Optimizer', true, problems),
		problems,
	};
}

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import {
	ASPECT_RATIOS,
	DURATIONS,
	RESOLUTIONS,
	type AspectRatio,
	type Duration,
	type Resolution,
} from '../core/video/catalog';
import { goesWith } from '../core/video/checkShape';
import type { Offer } from '../core/video/offer';
import { joinNumbers } from '../core/video/words';
import type { ProviderAdapter } from '../providers/adapter';
import { always, dependingOn, NEVER, perModel, perProvider, type ConditionalField } from './conditionalFields';
import { dependingOnFrames, FRAME_KINDS, readFrame, type FrameChoice, type FrameKind } from './frames';
import { readMovements } from './prompt';
import { readReferences, type ReferenceChoices } from './references';
import { CREATING, readBoolean, readModel, readText, readWord, type GetParameter } from './shared';

const DEFAULT_RESOLUTION: Resolution = '768P';
const DEFAULT_DURATION: Duration = 6;
const DEFAULT_RATIO: AspectRatio = 'adaptive';

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
			const only = durations.length === 1 ? ' only' : '';
			const alone = goesWith(resolution, false, false) ? '' : ', from a first frame alone';
			return {
				name: resolution,
				value: resolution,
				description: `${joinNumbers(durations)} seconds${only}${alone}`,
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
				firstFrame !== 'none' && offer.lastFrame !== 'none'
					? dependingOn('lastFrame', FRAME_KINDS, (lastFrame) => resolutionsOf(offer, firstFrame, lastFrame))
					: resolutionsOf(offer, firstFrame, 'none'),
			),
		),
	);
}

/** A list of many lengths is a number to fill in: the lengths that models have have no gaps then. */
const LONGEST_LIST = 3;

/** Saved workflows hold the value as a number; an expression may give a text. */
function durationsOf(durations: readonly Duration[]): ConditionalField[] {
	const initial = durations.find((duration) => duration === DEFAULT_DURATION) ?? durations[0] ?? DEFAULT_DURATION;
	if (durations.length > LONGEST_LIST) {
		const [minValue, maxValue] = [Math.min(...durations), Math.max(...durations)];
		return always({
			displayName: 'Duration',
			name: 'duration',
			type: 'number',
			typeOptions: { minValue, maxValue, numberPrecision: 0 },
			default: initial,
			hint: 'In seconds',
			description: `How many seconds the video lasts, ${minValue} to ${maxValue}; a longer one costs more and takes longer`,
		});
	}
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

const RATIO_OPTIONS: Record<AspectRatio, INodePropertyOptions> = {
	adaptive: {
		name: 'Adaptive',
		value: 'adaptive',
		description: "The frame's or the first reference's; from text alone the provider's own, mostly 16:9",
	},
	'21:9': { name: '21:9', value: '21:9', description: 'As in cinemas' },
	'16:9': { name: '16:9', value: '16:9', description: 'As on television' },
	'4:3': { name: '4:3', value: '4:3' },
	'1:1': { name: '1:1', value: '1:1', description: 'A square' },
	'3:4': { name: '3:4', value: '3:4' },
	'9:16': { name: '9:16', value: '9:16', description: 'As a phone is held' },
};

function ratiosOf(offered: readonly AspectRatio[]): ConditionalField[] {
	if (offered.length === 0) return NEVER;
	const ratios = ASPECT_RATIOS.filter((ratio) => ratio === DEFAULT_RATIO || offered.includes(ratio));
	return always({
		displayName: 'Aspect Ratio',
		name: 'aspectRatio',
		type: 'options',
		options: ratios.map((ratio) => RATIO_OPTIONS[ratio]).sort((left, right) => left.name.localeCompare(right.name)),
		default: DEFAULT_RATIO,
		description: 'Width of the picture to its height',
	});
}

/** @returns what provider and model offer with the frames that are chosen */
export function describeAspectRatio(providers: readonly ProviderAdapter[]): INodeProperties[] {
	return perProvider(providers, CREATING, (provider) =>
		perModel(provider, (offer) => {
			const { text = [], image = [], reference = [] } = offer.aspectRatios;
			return dependingOnFrames(offer, (hasFrames) => ratiosOf(hasFrames ? image : [...text, ...reference]));
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
	references: ReferenceChoices;
	resolution: string;
	/** Seconds, in whatever form they were given. */
	duration: unknown;
	/** Empty where nothing was chosen. */
	aspectRatio: string;
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
		references: readReferences(get, problems),
		resolution: readWord(get('resolution', DEFAULT_RESOLUTION)),
		duration: get('duration', DEFAULT_DURATION),
		aspectRatio: readWord(get('aspectRatio', DEFAULT_RATIO)),
		promptOptimizer: readBoolean(get('promptOptimizer', true), 'Prompt Optimizer', true, problems),
		problems,
	};
}

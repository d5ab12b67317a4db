import type { INodeProperties } from 'n8n-workflow';
import { ADVISED_CAMERA_MOVEMENTS, CAMERA_MOVEMENTS } from '../core/video/catalog';
import { textAt } from '../core/http/read';
import type { ProviderAdapter } from '../providers/adapter';
import { joinWords } from '../core/video/words';
import { CREATING, readWord, type Field } from './shared';
import { always, NEVER, perModel, perProvider } from './conditionalFields';

function promptLimits({ offers }: ProviderAdapter): string {
	const limits = new Set(offers.map(({ promptLimit }) => promptLimit));
	return joinWords(
		[...limits].sort((left, right) => left - right),
		'or',
	);
}

/**
 * @returns the prompt, required where every model of the provider needs one; a requirement of some models only is left
 * to the validation, since fields by model would all stand in the form
 */
export function describePrompt(providers: readonly ProviderAdapter[]): INodeProperties[] {
	return perProvider(providers, CREATING, (provider) => {
		const required = provider.offers.every(({ prompt }) => prompt === 'required');
		return always({
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 4 },
			...(required && { required }),
			default: '',
			placeholder: 'e.g. A paper boat sails down a rainy street, soft evening light',
			description: `What happens in the video, in at most ${promptLimits(provider)} characters, camera movements counted${required ? '' : '; some models can do without it when there is a first frame'}`,
		});
	});
}

/**
 * The conditions name provider and model by path, as `onOperations` does, so that a change of them does not clear the list.
 *
 * @returns the list of movements, which are put into the prompt in the words that the models know
 */
export function describeCameraMovements(providers: readonly ProviderAdapter[]): INodeProperties[] {
	const field: Field = {
		displayName: 'Camera Movements',
		name: 'cameraMovements',
		type: 'multiOptions',
		options: CAMERA_MOVEMENTS.map((movement) => ({
			name: movement.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
			value: movement,
		})),
		default: [],
		description: `What the camera does, all at the same time, added to the prompt in brackets; at most ${ADVISED_CAMERA_MOVEMENTS} work well together`,
	};
	return perProvider(
		providers,
		CREATING,
		(provider) => perModel(provider, ({ cameraMovements }) => (cameraMovements ? always(field) : NEVER), '/model'),
		'/',
	);
}

/** @returns the switch that lets the model rewrite the prompt, where the model has it */
export function describePromptOptimizer(providers: readonly ProviderAdapter[]): INodeProperties[] {
	const field: Field = {
		displayName: 'Prompt Optimizer',
		name: 'promptOptimizer',
		type: 'boolean',
		default: true,
		description: 'Whether the model may rewrite the prompt for a better result; turn off to have it taken word by word',
	};
	return perProvider(providers, CREATING, (provider) =>
		perModel(provider, ({ promptOptimizer }) => (promptOptimizer ? always(field) : NEVER)),
	);
}

/**
 * Reads camera movements: a list, or a text with commas, with or without the brackets of a prompt. Capitals do not matter.
 *
 * @returns the commands, and as it can be shown whatever is none
 */
export function readMovements(value: unknown): string[] {
	const text = textAt(value);
	const words: unknown[] = text === null ? [value].flat() : text.replace(/^\[|\]$/g, '').split(',');
	return words
		.filter((word) => word !== undefined && word !== null && !(typeof word === 'string' && word.trim() === ''))
		.map(readWord)
		.map((word) => CAMERA_MOVEMENTS.find((known) => known.toLowerCase() === word.toLowerCase()) ?? word);
}

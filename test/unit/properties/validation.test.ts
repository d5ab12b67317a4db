/** What the form's check lets through is bought; what it refuses would have been refused, or is listed here with why. */
import fc from 'fast-check';

import { MODELS, type AspectRatio } from '../../../nodes/Hailuo/core/video/catalog';
import type { MediaKind } from '../../../nodes/Hailuo/core/video/media';
import { fingerprintOf, idempotencyKeyOf } from '../../../nodes/Hailuo/core/video/fingerprint';
import { readImageHeader } from '../../../nodes/Hailuo/core/video/imageHeader';
import type { Frame, Media, VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import {
	composePrompt,
	validate,
	type DraftFrame,
	type DraftReferences,
	type FormRequest,
	type VideoDraft,
} from '../../../nodes/Hailuo/core/video/validate';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import type { ProviderAdapter } from '../../../nodes/Hailuo/providers/adapter';
import { startSimulator, type Simulator } from '../../tools/simulator';
import { mediaTypeOf } from '../../tools/simulator/samples';
import { at } from '../../tools/simulator/client';
import { buyAt } from '../../tools/support/buyAt';
import { forms, type Filled } from './form';
import { describeProperties } from './run';

/** So long that no job ends, and no callback is sent, while the tests run. */
const JOB_MILLISECONDS = 3_600_000;

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator({ jobDurationMs: JOB_MILLISECONDS });
});

afterAll(async () => {
	await simulator.close();
});

/** The prompt that the gateway has on record. */
function promptBought(jobId: string): unknown {
	const request = simulator.job(jobId)?.request;
	return at(request, 'fields.prompt') ?? at(request, 'prompt') ?? at(request, 'content.0.text') ?? '';
}

/** Forms have a line end of their own, and none of them knows half a surrogate pair. */
const asWords = (text: unknown) => Buffer.from(String(text)).toString('utf8').replace(/\s+/g, ' ');

type Terms = Omit<Filled, 'draft'>;

function asRequest(adapter: ProviderAdapter, request: FormRequest, { key, ...terms }: Terms): VideoRequest {
	if (key === null) return { ...request, ...terms, idempotencyKey: null };
	const fingerprint = fingerprintOf(adapter.id, { ...request, extras: terms.extras });
	const place = [key.execution, 'Hailuo', '0'];
	return { ...request, ...terms, idempotencyKey: idempotencyKeyOf(key.given, place, key.itemIndex, fingerprint) };
}

/** The request as the form has it, to be sent although it was refused. */
function forced(draft: VideoDraft): FormRequest {
	return {
		model: draft.model as FormRequest['model'],
		prompt: composePrompt(draft.prompt, draft.cameraMovements),
		firstFrame: forcedFrame(draft.firstFrame),
		lastFrame: forcedFrame(draft.lastFrame),
		...forcedReferences(draft.references),
		resolution: draft.resolution.trim().toUpperCase() as FormRequest['resolution'],
		duration: draft.duration as FormRequest['duration'],
		...(draft.aspectRatio !== '' && { aspectRatio: draft.aspectRatio as AspectRatio }),
		promptOptimizer: draft.model.startsWith('hailuo-03') ? null : draft.promptOptimizer,
	};
}

const NO_TYPE: Record<MediaKind, string> = { images: 'image/png', videos: 'video/mp4', audios: 'audio/mpeg' };

function forcedReferences(drafts: DraftReferences): Pick<FormRequest, 'references'> {
	const force = (kind: MediaKind) =>
		drafts[kind].flatMap((draft): Media[] => {
			if (draft.kind === 'url') return [{ kind: 'url', url: draft.url.trim() }];
			const bytes = draft.kind === 'file' ? draft.bytes : null;
			const mimeType = mediaTypeOf(Buffer.from(bytes ?? [])) ?? NO_TYPE[kind];
			return draft.kind === 'file' && bytes ? [{ kind: 'file', bytes, fileName: draft.fileName, mimeType }] : [];
		});
	const references = { images: force('images'), videos: force('videos'), audios: force('audios') };
	return Object.values(references).flat().length > 0 ? { references } : {};
}

function forcedFrame(frame: DraftFrame): Frame | null {
	if (frame.kind === 'url') return { kind: 'url', url: frame.url.trim() };
	if (frame.kind !== 'file') return null;
	const bytes = frame.bytes ?? new Uint8Array();
	return { kind: 'file', bytes, fileName: frame.fileName, mimeType: readImageHeader(bytes)?.type ?? 'image/png' };
}

interface StricterRule {
	problem: RegExp;
	why: string;
	/** Where it is stricter; everywhere when absent. */
	applies?: (adapter: ProviderAdapter, draft: VideoDraft) => boolean;
}

const mediaOf = ({ firstFrame, lastFrame, references }: VideoDraft) => [
	firstFrame,
	lastFrame,
	...Object.values(references).flat(),
];

/** Rules of ours that no gateway checks, or that it checks only when the money is spent. */
const STRICTER: readonly StricterRule[] = [
	{
		problem: /^'Camera Movements' (?:holds |is not offered)/,
		why: 'MiniMax reads the bracket, the gateways pass it on; a word it does not know is no camera movement',
	},
	{
		problem:
			/^'First Frame' is missing|without a 'First Frame'|^'Last Frame' (?:needs a|is not offered)|^'Resolution' 512P needs/,
		why: 'Some gateways take a last frame alone, EvoLink and Wiro for a first one, which is not what was chosen',
		applies: (_adapter, { firstFrame, lastFrame }) => firstFrame.kind === 'none' && lastFrame.kind !== 'none',
	},
	{
		problem: /is a GIF by its content/,
		why: 'Uploads take animated images as well, the models do not',
	},
	{
		problem: /^'(?:(?:First|Last) Frame URL|Reference .*)' '.*' is not a web address/,
		why: 'A gateway may take an address with a password or with line breaks in it and fail to fetch it later',
		applies: (_adapter, draft) =>
			mediaOf(draft).some(
				(media) => media.kind === 'url' && /^https?:/.test(media.url.trim()) && URL.canParse(media.url),
			),
	},
	{
		problem: /^'(?:(?:First|Last) Frame URL|Reference .*)' holds more than one address|holds a user name/,
		why: 'A gateway takes what is no single open address and fails to fetch it later',
	},
	{
		problem: /^'Reference .*' (?:cannot stand beside|is not offered)|^'Aspect Ratio' /,
		why: 'What a gateway has no name for is not sent to it, and the video would be another than the one that was asked for',
	},
	{
		problem: /^'(?:First|Last) Frame/,
		why: 'Frames beside references are left away, whatever they are',
		applies: (_adapter, { references }) => Object.values(references).flat().length > 0,
	},
	{
		problem: /^'Reference (?:Video|Audio) \d+' is .* by its content/,
		why: 'EvoLink stores a file of any kind, and the address no longer tells of which kind it is',
		applies: ({ id }) => id === 'evolink',
	},
	{
		problem: /^'Reference Audios' need an image or a video/,
		why: 'EvoLink says of MiniMax-H3 alone that audios may stand alone; what its variants take was not read',
		applies: ({ id }) => id === 'evolink',
	},
	{
		problem: /hold \d+ files; .* together/,
		why: "AI/ML API's schema counts each kind by itself, MiniMax all together",
		applies: ({ id }) => id === 'aimlApi',
	},
	{
		problem: /^'(?:(?:First|Last) Frame URL|Reference .*)' is empty/,
		why: 'In a form of Wiro an empty address means no image, which is not what was chosen',
		applies: ({ id }) => id === 'wiro',
	},
];

function isStricter(problem: string, adapter: ProviderAdapter, draft: VideoDraft): boolean {
	return STRICTER.some((rule) => rule.problem.test(problem) && (rule.applies?.(adapter, draft) ?? true));
}

describeProperties('validation', (holds) => {
	describe.each(providers.map((adapter) => [adapter.label, adapter] as const))('%s', (_label, adapter) => {
		holds('sells what the check lets through, as it was asked for', forms(adapter, 4), async ({ draft, ...terms }) => {
			const validation = validate(adapter, draft);
			fc.pre(validation.ok);
			const step = await buyAt(simulator, adapter, asRequest(adapter, validation.request, terms));
			// Only Wiro itself tells under how many names it takes references; one name does not keep their order.
			if (step.kind === 'failure' && /files and addresses together/.test(step.failure.message)) {
				expect([adapter.id, step.failure.made, simulator.jobs]).toEqual(['wiro', 'no', []]);
				return;
			}
			if (step.kind === 'failure') throw new Error(`Refused: ${step.failure.message}`);
			expect(step.value.model).toBe(draft.model);
			expect(asWords(promptBought(step.value.jobId))).toBe(asWords(validation.request.prompt));
		});

		holds(
			'refuses what the check refuses, but for the rules that are stricter',
			forms(adapter, 25),
			async ({ draft, ...terms }) => {
				const validation = validate(adapter, draft);
				// Of a model nobody knows there is no request.
				fc.pre(!validation.ok && Object.hasOwn(MODELS, draft.model));
				const step = await buyAt(simulator, adapter, asRequest(adapter, forced(draft), terms));
				if (step.kind === 'failure') return expect(['invalid', 'notFound']).toContain(step.failure.kind);
				expect(validation.problems.filter((problem) => !isStricter(problem, adapter, draft))).toEqual([]);
			},
		);
	});
});

/** Everything an offer promises is taken by the gateway's own schema, as the simulator has it from the documents. */
import { providers } from '../../../nodes/Hailuo/providers/registry';
import type { Media, VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import { startSimulator, testImage, testMedia, type Simulator } from '../../tools/simulator';
import { buyAt } from '../../tools/support/buyAt';
import { requestsFor } from './offeredRequests';

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator({ jobDurationMs: 3_600_000 });
});

afterAll(async () => {
	await simulator.close();
});

const CONTENTS: Record<string, Buffer> = {
	'image/png': testImage('png'),
	'image/jpeg': testImage('jpeg'),
	'video/mp4': testMedia('mp4'),
	'audio/mpeg': testMedia('mp3'),
};

const filled = (media: Media): Media =>
	media.kind === 'url' ? media : { ...media, bytes: CONTENTS[media.mimeType] ?? media.bytes };

/** The request with files that are what their types say. */
function withContents(request: VideoRequest): VideoRequest {
	const { firstFrame, lastFrame, references } = request;
	return {
		...request,
		firstFrame: firstFrame && filled(firstFrame),
		lastFrame: lastFrame && filled(lastFrame),
		...(references && {
			references: {
				images: references.images.map(filled),
				videos: references.videos.map(filled),
				audios: references.audios.map(filled),
			},
		}),
	};
}

const offers = providers.flatMap((adapter) =>
	adapter.offers.map((offer) => [adapter.label, offer.model, adapter, offer] as const),
);

test.each(offers)(
	'%s takes every combination that is offered of %s',
	async (_label, _model, adapter, offer) => {
		const refused: unknown[] = [];
		for (const request of requestsFor(offer).map(withContents)) {
			const step = await buyAt(simulator, adapter, request);
			const { firstFrame, lastFrame, references, resolution, duration, aspectRatio } = request;
			const kinds = [firstFrame?.kind, lastFrame?.kind, references && 'references', resolution, duration, aspectRatio];
			if (step.kind === 'failure') refused.push([kinds, step.failure.message]);
			else expect(step.value.model).toBe(offer.model);
		}
		expect(refused).toEqual([]);
	},
	60_000,
);

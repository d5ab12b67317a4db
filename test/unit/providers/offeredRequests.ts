import { RESOLUTIONS } from '../../../nodes/Hailuo/core/video/catalog';
import { modeOf, type Offer } from '../../../nodes/Hailuo/core/video/offer';
import type { VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import { aFile, aRequest, aUrl, fileReferences, LAST_URL, urlReferences } from './builders';

/** What the provider is told of the aspect ratio, by what the video is made from: something else each time, or nothing. */
function ratiosFor({ aspectRatios }: Offer, request: VideoRequest): Array<Pick<VideoRequest, 'aspectRatio'>> {
	const offered = aspectRatios[modeOf(request)] ?? [];
	return [{}, ...offered.map((aspectRatio) => ({ aspectRatio }))];
}

/** Requests for every combination of frames, every kind of references, resolution and duration of an offer. */
export function requestsFor(offer: Offer): VideoRequest[] {
	const first = [
		{ firstFrame: aUrl(), lastFrame: null },
		{ firstFrame: aFile(), lastFrame: null },
	];
	const none = offer.firstFrame === 'required' ? [] : [{ firstFrame: null, lastFrame: null }];
	const both = [
		{ firstFrame: aUrl(), lastFrame: aUrl(LAST_URL) },
		{ firstFrame: aFile(), lastFrame: aFile('last.jpg', 'image/jpeg') },
		{ firstFrame: aUrl(), lastFrame: aFile('last.jpg', 'image/jpeg') },
	];
	const alone = offer.lastFrame === 'alone' ? [{ firstFrame: null, lastFrame: aUrl(LAST_URL) }] : [];
	const references = [urlReferences(), fileReferences()].map((given) => ({ references: given }));
	const all = [
		...none,
		...first,
		...(offer.lastFrame === 'none' ? [] : both),
		...alone,
		...(offer.references === null ? [] : references),
	];
	const promptOptimizer = offer.promptOptimizer ? true : null;
	return RESOLUTIONS.flatMap((resolution) => {
		// 512P goes with a first frame alone.
		const media = resolution === '512P' ? first : all;
		return (offer.resolutions[resolution] ?? []).flatMap((duration) =>
			media
				.map((made) => aRequest({ model: offer.model, resolution, duration, promptOptimizer, ...made }))
				.flatMap((request) => ratiosFor(offer, request).map((ratio) => ({ ...request, ...ratio }))),
		);
	});
}

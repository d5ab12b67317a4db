import type { ImageType } from '../../../nodes/Hailuo/core/video/media';
import type { Failure } from '../../../nodes/Hailuo/core/http/http';
import type { Job } from '../../../nodes/Hailuo/core/job/job';
import type { DraftFrame, DraftReferences, VideoDraft } from '../../../nodes/Hailuo/core/video/validate';

/** A job that was made a moment ago and is being worked on. */
export function aJob(changes: Partial<Job> = {}): Job {
	return {
		provider: 'apiframe',
		jobId: 'job-1',
		model: 'hailuo-02',
		status: 'running',
		rawStatus: 'PROCESSING',
		progress: null,
		videoUrl: null,
		additionalUrls: [],
		failure: null,
		cost: null,
		createdAt: null,
		completedAt: null,
		expiresAt: null,
		handles: {},
		...changes,
	};
}

/** A fault at the provider that says nothing about whether something was made. */
export function aFailure(changes: Partial<Failure> = {}): Failure {
	return {
		kind: 'provider',
		message: 'Something broke',
		code: null,
		httpStatus: 500,
		retryAfterSeconds: null,
		made: 'maybe',
		...changes,
	};
}

/** A filled-in form that every provider accepts: text to video, 6 s at 768P. */
export function aVideoDraft(changes: Partial<VideoDraft> = {}): VideoDraft {
	return {
		model: 'hailuo-02',
		prompt: 'A paper boat crosses a puddle',
		cameraMovements: [],
		firstFrame: { kind: 'none' },
		lastFrame: { kind: 'none' },
		references: NO_REFERENCES,
		resolution: '768P',
		duration: 6,
		aspectRatio: 'adaptive',
		promptOptimizer: true,
		...changes,
	};
}

export const NO_REFERENCES: DraftReferences = { images: [], videos: [], audios: [] };

export const NO_FRAME: DraftFrame = { kind: 'none' };

export function aUrlFrame(url = 'https://images.example/first.png'): DraftFrame {
	return { kind: 'url', url };
}

export function aFileFrame(bytes: Uint8Array, fileName = 'frame.png'): DraftFrame {
	return { kind: 'file', bytes, size: bytes.length, fileName };
}

/** Headers of images of 512 x 512 pixels (JFIF, PNG and WebP specifications). */
const HEADERS: Record<ImageType, number[]> = {
	'image/jpeg': [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 2, 0, 2, 0, 1, 1, 0x11, 0],
	'image/png': [...Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\0\0\x02\0', 'latin1')],
	'image/webp': [...Buffer.from('RIFF\x16\0\0\0WEBPVP8X\n\0\0\0\0\0\0\0\xff\x01\0\xff\x01\0', 'latin1')],
};

/** The bytes of an image as far as anybody here looks at them. */
export function anImage(type: ImageType, size = 32): Uint8Array {
	const bytes = new Uint8Array(size);
	bytes.set(HEADERS[type]);
	return bytes;
}

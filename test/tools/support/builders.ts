import type { ImageType } from '../../../nodes/Hailuo/core/video/catalog';
import type { Failure } from '../../../nodes/Hailuo/core/http/http';
import type { Job } from '../../../nodes/Hailuo/core/job/job';
import type { DraftFrame, VideoDraft } from '../../../nodes/Hailuo/core/video/validate';

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
		resolution: '768P',
		duration: 6,
		promptOptimizer: true,
		...changes,
	};
}

export const NO_FRAME: DraftFrame = { kind: 'none' };

export function aUrlFrame(url = 'https://images.example/first.png'): DraftFrame {
	return { kind: 'url', url };
}

export function aFileFrame(bytes: Uint8Array, fileName = 'frame.png'): DraftFrame {
	return { kind: 'file', bytes, size: bytes.length, fileName };
}

/** How files of a type begin (JFIF, PNG and RIFF specifications). */
const BEGINNINGS: Record<ImageType, number[]> = {
	'image/jpeg': [0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46, 0x49, 0x46],
	'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
	'image/webp': [0x52, 0x49, 0x46, 0x46, 0x24, 0, 0, 0, 0x57, 0x45, 0x42, 0x50],
};

/** The bytes of an image as far as anybody here looks at them. */
export function anImage(type: ImageType, size = 32): Uint8Array {
	const bytes = new Uint8Array(size);
	bytes.set(BEGINNINGS[type]);
	return bytes;
}

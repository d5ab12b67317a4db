/** What the tests of images share: two images, where they are put, and what each gateway must receive for them. */
import type { IBinaryKeyData, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { testImage, type MultipartBody, type ProviderName, type Simulator } from '../tools/simulator';
import { aBinary, BINARY_MODES, type BinaryMode } from '../tools/support/binaryData';
import { aCreate, PROMPT } from './stage';

export const MEGABYTE = 1024 * 1024;

export type ImageFile = { bytes: Buffer; fileName: string; mimeType: string };
export type Image = { url: string } | ImageFile;
export type Source = 'url' | BinaryMode;

/** Every byte there is, so that nothing that reads bytes as text gets through. */
const ALL_BYTES = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 31) & 255));

export const FIRST: ImageFile = {
	bytes: Buffer.concat([testImage('png'), ALL_BYTES]),
	fileName: 'opening.png',
	mimeType: 'image/png',
};
export const LAST: ImageFile = {
	bytes: Buffer.concat([testImage('jpeg'), ALL_BYTES.toReversed()]),
	fileName: 'ending.jpg',
	mimeType: 'image/jpeg',
};
export const FIRST_URL = 'https://images.example/a%20b/first.png?sig=Zm9v%2Bbar%3D&width=1+2';
export const LAST_URL = 'https://images.example/last.jpg?sig=b%C3%BCr&x=%2F';

export interface Frames {
	first: Image;
	last: Image | null;
}

/** An item that holds the binary ones of its frames, and the parameters that point at them. */
export async function place(
	provider: ProviderName,
	model: string,
	frames: { first: Image | null; last: Image | null },
	mode: BinaryMode | Record<'first' | 'last', Source>,
): Promise<{ parameters: INodeParameters; item: INodeExecutionData }> {
	const parameters: INodeParameters = aCreate(provider, { model });
	const binary: IBinaryKeyData = {};
	for (const name of ['first', 'last'] as const) {
		const image = frames[name];
		const kind = image === null ? 'none' : 'url' in image ? 'url' : 'binary';
		if (kind !== 'none' || name === 'first') parameters[`${name}Frame`] = kind;
		if (image === null) continue;
		if ('url' in image) parameters[`${name}FrameUrl`] = image.url;
		else {
			const where = typeof mode === 'string' ? mode : mode[name];
			if (where === 'url') throw new Error('A file has no address');
			parameters[`${name}FrameBinaryProperty`] = `${name}Image`;
			binary[`${name}Image`] = await aBinary(where, image.bytes, image.fileName, image.mimeType);
		}
	}
	return { parameters, item: { json: { prompt: PROMPT }, binary, pairedItem: { item: 0 } } };
}

export const SHARED = { prompt: PROMPT, duration: 6 };

export const VENDOR_NAMES: Record<ProviderName, Record<string, string>> = {
	aimlApi: {
		'hailuo-2.3-fast': 'minimax/hailuo-2.3-fast',
		'hailuo-2.3': 'minimax/hailuo-2.3',
		'hailuo-02': 'minimax/hailuo-02',
	},
	apiframe: {
		'hailuo-2.3-fast': 'hailuo-2.3-fast',
		'hailuo-2.3': 'hailuo-2.3',
		'hailuo-02': 'hailuo-02',
		'hailuo-03': 'hailuo-03',
	},
	evolink: {
		'hailuo-2.3-fast': 'MiniMax-Hailuo-2.3-Fast',
		'hailuo-2.3': 'MiniMax-Hailuo-2.3',
		'hailuo-02': 'MiniMax-Hailuo-02',
	},
	minimax: {
		'hailuo-2.3-fast': 'MiniMax-Hailuo-2.3-Fast',
		'hailuo-2.3': 'MiniMax-Hailuo-2.3',
		'hailuo-02': 'MiniMax-Hailuo-02',
	},
	wiro: {
		'hailuo-2.3-fast': 'minimax/hailuo-2-3-fast',
		'hailuo-2.3': 'minimax/hailuo-2-3',
		'hailuo-02': 'minimax/image-to-video-hailuo-02',
	},
};

export function dataUrlOf({ bytes, mimeType }: ImageFile): string {
	return `data:${mimeType};base64,${bytes.toString('base64')}`;
}

export function partOf({ bytes, fileName, mimeType }: ImageFile): MultipartBody['files'][string] {
	return { filename: fileName, contentType: mimeType, bytes };
}

/** Bodies of the create requests, whole, as the gateways document them. `addressOf` tells where an upload went. */
export const CREATE_BODIES: Record<
	ProviderName,
	(model: string, frames: Frames, addressOf: (image: Image) => string) => unknown
> = {
	aimlApi: (model, { first, last }) => ({
		...SHARED,
		model: VENDOR_NAMES.aimlApi[model],
		resolution: '768P',
		enhance_prompt: true,
		image_url: 'url' in first ? first.url : dataUrlOf(first),
		...(last && { last_image_url: 'url' in last ? last.url : dataUrlOf(last) }),
	}),
	apiframe: (model, { first, last }, addressOf) => ({
		prompt: PROMPT,
		model: VENDOR_NAMES.apiframe[model],
		hailuoParams: {
			duration: 6,
			resolution: '768p',
			prompt_optimizer: true,
			image: addressOf(first),
			...(last && { end_image: addressOf(last) }),
		},
	}),
	evolink: (model, { first, last }, addressOf) => ({
		...SHARED,
		model: VENDOR_NAMES.evolink[model],
		quality: '768p',
		image_urls: [first, ...(last ? [last] : [])].map(addressOf),
		model_params: {
			prompt_optimizer: true,
			...(model !== 'hailuo-2.3-fast' && { fast_pretreatment: false }),
		},
	}),
	minimax: (model, { first, last }) => ({
		...SHARED,
		model: VENDOR_NAMES.minimax[model],
		resolution: '768P',
		prompt_optimizer: true,
		fast_pretreatment: false,
		aigc_watermark: false,
		first_frame_image: 'url' in first ? first.url : dataUrlOf(first),
		...(last && { last_frame_image: 'url' in last ? last.url : dataUrlOf(last) }),
	}),
	wiro: (model, { first, last }) => {
		const body: MultipartBody = {
			fields: { prompt: PROMPT, promptOptimizer: 'true', resolution: '768P', duration: '6' },
			files: {},
		};
		const add = (name: string, image: Image) => {
			if ('url' in image) body.fields[name] = '';
			else body.files[name] = partOf(image);
			body.fields[`${name}Url`] = 'url' in image ? image.url : '';
		};
		add(model === 'hailuo-02' ? 'inputImage' : 'inputImageFirst', first);
		if (last) add('inputImage2', last);
		return body;
	},
};

/** Uploads, one for each file, where a gateway takes files apart from the create. */
export const UPLOADS: Partial<Record<ProviderName, string>> = {
	apiframe: '/v2/uploads',
	evolink: '/api/v1/files/upload/stream',
};

export const CREATES: Record<ProviderName, (model: string) => string> = {
	aimlApi: () => '/v2/video/generations',
	apiframe: () => '/v2/videos/generate',
	evolink: () => '/v1/videos/generations',
	minimax: () => '/v1/video_generation',
	wiro: (model) => `/v1/Run/${VENDOR_NAMES.wiro[model]}`,
};

export function uploadedTo(simulator: Simulator): (image: Image) => string {
	return (image) => {
		if ('url' in image) return image.url;
		return simulator.uploads.find(({ bytes }) => bytes.equals(image.bytes))?.url ?? 'nowhere';
	};
}

/** The bytes of the first frame as they arrived. */
export function firstFrameAt(simulator: Simulator, provider: ProviderName): Buffer {
	const [request] = simulator.requestsOf(provider, UPLOADS[provider] ? 'upload' : 'create');
	const body = request?.body as { image_url?: string; first_frame_image?: string } & MultipartBody;
	const dataUrl = body.image_url ?? body.first_frame_image;
	if (dataUrl !== undefined) return Buffer.from(dataUrl.split(',')[1] ?? '', 'base64');
	return Object.values(body.files)[0]?.bytes ?? Buffer.alloc(0);
}

export const FILE_SOURCES: readonly Source[] = ['url', ...BINARY_MODES];

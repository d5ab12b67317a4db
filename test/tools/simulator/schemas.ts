import Ajv, { type ErrorObject, type SchemaObject } from 'ajv';
import addFormats from 'ajv-formats';

import { isWebUrl } from './gateway';
import { imageTypeOf, mediaTypeOf } from './samples';

/** One thing wrong with a request body. `path` is dotted, empty for the body itself. */
export interface Problem {
	path: string;
	message: string;
}

/** Returns every problem of a body, none when it is in order. */
export type Check = (body: unknown) => Problem[];

const MAX_IMAGE_BYTES = 20 * 1024 * 1024;
const MAX_LARGE_IMAGE_BYTES = 30 * 1024 * 1024;
const MAX_VIDEO_BYTES = 50 * 1024 * 1024;
const MAX_AUDIO_BYTES = 15 * 1024 * 1024;

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
addFormats(ajv, ['uuid']);
ajv.addFormat('web-url', isWebUrl);
ajv.addFormat('web-url-or-empty', (value) => value === '' || isWebUrl(value));
/** A web address, or a JPG or PNG as a data URL whose bytes are what it says they are. */
ajv.addFormat('image-source', (value) => isWebUrl(value) || isImageDataUrl(value));

function isImageDataUrl(value: string): boolean {
	const header = /^data:(image\/(?:png|jpeg|jpg));base64,/.exec(value.slice(0, 40));
	if (header?.[1] === undefined) return false;
	const bytes = Buffer.from(value.slice(header[0].length), 'base64');
	const type = header[1] === 'image/jpg' ? 'image/jpeg' : header[1];
	return bytes.length <= MAX_IMAGE_BYTES && imageTypeOf(bytes) === type;
}

/** The same with WebP, up to two sizes. */
ajv.addFormat('webp-image-source', (value) => isWebUrl(value) || isWebpImage(value, MAX_IMAGE_BYTES));
ajv.addFormat('large-image-source', (value) => isWebUrl(value) || isWebpImage(value, MAX_LARGE_IMAGE_BYTES));

function isWebpImage(value: string, limit: number): boolean {
	return /^data:image\/(?:png|jpeg|webp);/.test(value.slice(0, 40)) && isDataUrlOf(value, 'image/', limit);
}

/** A web address, or a video or a sound as a data URL whose bytes are what it says they are. */
ajv.addFormat('video-source', (value) => isWebUrl(value) || isDataUrlOf(value, 'video/', MAX_VIDEO_BYTES));
ajv.addFormat('audio-source', (value) => isWebUrl(value) || isDataUrlOf(value, 'audio/', MAX_AUDIO_BYTES));

function isDataUrlOf(value: string, family: string, limit: number): boolean {
	const type = /^data:([a-z]+\/[a-z0-9]+);base64,/.exec(value.slice(0, 40))?.[1];
	if (type?.startsWith(family) !== true) return false;
	const bytes = Buffer.from(value.slice(value.indexOf(',') + 1), 'base64');
	return bytes.length <= limit && mediaTypeOf(bytes) === type;
}

/** Zod counts as JavaScript does, in units of UTF-16; `maxLength` counts characters. */
ajv.addFormat('at-most-2000-units', (value) => value.length <= 2000);
ajv.addFormat('at-most-7000-units', (value) => value.length <= 7000);

/** Compiles a schema once; unknown keys are refused everywhere, whether it says so or not. */
export function strictCheck(schema: SchemaObject): Check {
	const validate = ajv.compile(closed(schema));
	return (body) => (validate(body) ? [] : (validate.errors ?? []).map(toProblem));
}

function closed(schema: SchemaObject): SchemaObject {
	if (schema.type !== 'object') return schema;
	const properties: Record<string, SchemaObject> = schema.properties ?? {};
	return {
		...schema,
		additionalProperties: false,
		properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, closed(property)])),
	};
}

function toProblem(error: ErrorObject): Problem {
	const path = error.instancePath.slice(1).replaceAll('/', '.');
	const params: Record<string, unknown> = error.params;
	if (error.keyword === 'additionalProperties') {
		return { path, message: `Unrecognized key(s) in object: '${String(params.additionalProperty)}'` };
	}
	if (error.keyword === 'required') {
		const missing = String(params.missingProperty);
		return { path: path === '' ? missing : `${path}.${missing}`, message: 'Required' };
	}
	if (error.keyword === 'enum') return { path, message: `Expected one of ${JSON.stringify(params.allowedValues)}` };
	return { path, message: `Invalid value: ${error.message ?? error.keyword}` };
}

export const PROMPT = { type: 'string', minLength: 1, maxLength: 2000 };
export const ZOD_PROMPT = { ...PROMPT, format: 'at-most-2000-units' };
/** MiniMax-H3's. */
export const LONG_PROMPT = { type: 'string', minLength: 1, maxLength: 7000 };
export const BOOLEAN = { type: 'boolean' };
export const WEB_URL = { type: 'string', format: 'web-url' };
export const IMAGE_SOURCE = { type: 'string', format: 'image-source' };
export const WEBP_IMAGE_SOURCE = { type: 'string', format: 'webp-image-source' };
export const LARGE_IMAGE_SOURCE = { type: 'string', format: 'large-image-source' };
export const VIDEO_SOURCE = { type: 'string', format: 'video-source' };
export const AUDIO_SOURCE = { type: 'string', format: 'audio-source' };

export function oneOf(...values: Array<string | number>): SchemaObject {
	return { type: typeof values[0] === 'number' ? 'integer' : 'string', enum: values };
}

/** Whole numbers from one to another, both included. */
export function range(minimum: number, maximum: number): SchemaObject {
	return { type: 'integer', minimum, maximum };
}

/** A list of at least one and at most so many. */
export function listOf(items: SchemaObject, maxItems: number): SchemaObject {
	return { type: 'array', items, minItems: 1, maxItems };
}

export const FIXED_RATIOS = ['21:9', '16:9', '4:3', '1:1', '3:4', '9:16'] as const;

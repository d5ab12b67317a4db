import { MODELS, type ModelId } from '../../core/video/catalog';
import { modeOf, slugFor } from '../../core/video/offer';
import { parseJson } from '../../core/http/json';
import type { JobReference } from '../../core/job/job';
import type { Exchange, MultipartField } from '../../core/http/http';
import { listAt, textAt, valueAt } from '../../core/http/read';
import type { Frame, VideoRequest } from '../../core/video/videoRequest';
import { answerReader } from '../exchange';
import { TASK, WIRO } from './wiroRead';
import { getTask } from './wiroTask';

/**
 * Under which names Wiro takes images. Its sources give three generations of names, and where the image is optional a
 * wrong one is not refused: a video from text alone would be made and paid for. So Wiro is asked for them first.
 */

interface ImageField {
	name: string;
	/**
	 * Where an address goes: in the twin `<name>Url`; in the field itself, with an empty twin beside it; in a field that
	 * has no twin.
	 */
	addressIn: 'twin' | 'field' | 'loneField';
}

/** An image under the name of its field. */
export interface FrameField extends ImageField {
	frame: Frame;
}

/** Other fields must not be filled with an image, and a name such as `prompt` or `seed` is no image field. */
export const IMAGE_NAME = /image|frame|photo|picture/i;

/** What a video is made from besides its prompt: images, or references of any kind. */
const MEDIA_NAME = /image|frame|photo|picture|video|audio|sound|voice/i;

export const LAST_FRAME_NAME = /2$|last|(?:end|tail)$/i;

/** Nothing else goes in a form as a name. */
const FIELD_NAME = /^[a-z]\w{0,39}$/i;

/**
 * Asks for a model's parameters, which makes no job (Wiro docs, model parameters).
 *
 * @returns leads to the parameters as Tool/Detail has them
 */
export function askTool(request: VideoRequest): Exchange<unknown> {
	const [slugowner = '', slugproject = ''] = slugFor(WIRO.offers, request).split('/');
	const { readFailure: failure, refuses } = TASK;
	return {
		request: {
			purpose: 'read',
			method: 'POST',
			host: 'api',
			path: '/v1/Tool/Detail',
			body: { kind: 'json', value: { slugowner, slugproject } },
		},
		read: answerReader<unknown>({
			value({ json }) {
				const parameters = valueAt(json, 'tool', 0, 'parameters');
				// Older models have nothing to ask but the names of images.
				const isTold = hasToldNames(request) ? listAt(parameters) : imageFieldsIn(parameters);
				return isTold.length > 0 ? parameters : null;
			},
			failure,
			refuses,
		}),
	};
}

/** MiniMax-H3 stands on no page of Wiro's that gives names. */
export function hasToldNames({ model }: VideoRequest): boolean {
	return model.startsWith('hailuo-03');
}

/**
 * @returns leads to the parameters as Tool/Detail has them; null where there is no name to ask for: for a video from text
 * of an older model
 */
export function askImageFields(request: VideoRequest): Exchange<unknown> | null {
	return hasToldNames(request) || modeOf(request) !== 'text' ? askTool(request) : null;
}

/**
 * An address goes into the field itself where no twin is listed, which is the simplest form of the docs; of several files
 * only the twin takes it. A combined field has no twin (Wiro docs, model parameters).
 *
 * @param parameters of Tool/Detail, untrusted
 */
function imageFieldsIn(parameters: unknown): ImageField[] {
	const items = listAt(parameters).flatMap((group) => listAt(group, 'items'));
	const names = items.map((item) => textAt(item, 'id') ?? '');
	return items.flatMap((item, index): ImageField[] => {
		const name = names[index] ?? '';
		const kind = /^(combine|multi)?fileinput$/i.exec(textAt(item, 'type') ?? '');
		if (kind === null || !FIELD_NAME.test(name) || !IMAGE_NAME.test(name)) return [];
		if (kind[1]?.toLowerCase() === 'combine') return [{ name, addressIn: 'loneField' }];
		const hasTwin = kind[1] !== undefined || names.includes(`${name}Url`);
		return [{ name, addressIn: hasTwin ? 'twin' : 'field' }];
	});
}

/** Source for the names: Wiro's pages of 2.3 and 2.3 Fast; Wiro's n8n package for 02. */
function pageFields({ model }: VideoRequest): Record<'first' | 'last', ImageField> {
	const first = model === 'hailuo-02' ? 'inputImage' : 'inputImageFirst';
	return { first: { name: first, addressIn: 'twin' }, last: { name: 'inputImage2', addressIn: 'twin' } };
}

/**
 * Puts the images under names.
 *
 * @param parameters what `askImageFields` led to; where it does not name a field for every image of the request, all
 * go by the names of Wiro's pages
 * @returns the first frame, then the last, as far as the request has them
 */
export function frameFieldsOf(request: VideoRequest, parameters: unknown): FrameField[] {
	const { firstFrame, lastFrame } = request;
	const named = imageFieldsIn(parameters);
	const first = named.find(({ name }) => !LAST_FRAME_NAME.test(name));
	const last = named.find(({ name }) => LAST_FRAME_NAME.test(name));
	const isTold = (firstFrame === null || first !== undefined) && (lastFrame === null || last !== undefined);
	const fields = isTold ? { first, last } : pageFields(request);
	const pairs = [
		[fields.first, firstFrame],
		[fields.last, lastFrame],
	] as const;
	return pairs.flatMap(([field, frame]) => (field && frame ? [{ ...field, frame }] : []));
}

/**
 * A form writes every line break as two characters (HTML standard), which a prompt of full length has no room for.
 *
 * @returns the prompt, with blanks for line breaks where it would be too long
 */
export function fitForm(prompt: string, model: ModelId): string {
	const length = Array.from(prompt.replace(/\r\n|[\r\n]/g, '\r\n')).length;
	const { promptLimit } = WIRO.offers.find((offer) => offer.model === model) ?? MODELS[model];
	return length > promptLimit ? prompt.replace(/[\r\n]/g, ' ') : prompt;
}

/** Of field and twin both must be there and one be empty (Wiro docs, file parameters in multipart). */
export function multipartFieldsOf({ name, frame, addressIn }: FrameField): MultipartField[] {
	const isFile = frame.kind === 'file';
	const twin = { name: `${name}Url`, value: !isFile && addressIn === 'twin' ? frame.url : '' };
	const field = isFile
		? { name, file: { bytes: frame.bytes, fileName: frame.fileName, mimeType: frame.mimeType } }
		: { name, value: addressIn === 'twin' ? '' : frame.url };
	return addressIn === 'loneField' ? [field] : [field, twin];
}

/**
 * Looks at the parameters that a task was made with: an object, or one as a JSON text (Wiro page of 2.3 Fast; Wiro docs).
 *
 * @param reference a task whose request had an image
 * @returns leads to false where they are told and no image is among them
 */
export function getWhetherImage(reference: JobReference): Exchange<boolean> {
	const detail = getTask(reference);
	return {
		request: detail.request,
		read(response) {
			const step = detail.read(response);
			if (step.kind === 'failure') return step;
			const given = valueAt(response.json, 'tasklist', 0, 'parameters');
			const parameters = typeof given === 'string' ? parseJson(given) : given;
			const isTold = typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters);
			const filled = Object.entries(isTold ? parameters : {}).filter(([, value]) => !isEmpty(value));
			return { kind: 'value', value: filled.length === 0 || filled.some(([name]) => MEDIA_NAME.test(name)) };
		},
	};
}

function isEmpty(value: unknown): boolean {
	return value === null || value === '' || (Array.isArray(value) && value.every(isEmpty));
}

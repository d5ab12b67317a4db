import type { HttpBody, MultipartField } from '../../core/http/http';
import type { Media, VideoRequest } from '../../core/video/videoRequest';
import { fitForm } from './wiroFrames';
import type { NamedFiles, NamedRequest } from './wiroNames';

/** A comma parts the addresses of a list. */
const asList = (files: readonly Media[]) =>
	files.flatMap((file) => (file.kind === 'url' ? [file.url.replaceAll(',', '%2C')] : [])).join(',');

/** @returns names with values */
function jsonFields({ parameter, files }: NamedFiles): Array<[string, string | string[]]> {
	const urls = files.flatMap((file) => (file.kind === 'url' ? [file.url] : []));
	const { name } = parameter;
	if (parameter.files === 'mixed') return [[name, urls]];
	if (parameter.files === 'many') return [[`${name}Url`, asList(files)]];
	return [[parameter.hasTwin ? `${name}Url` : name, urls[0] ?? '']];
}

/** Of field and twin both must be there, and one be empty (Wiro docs, file parameters in multipart). */
function formFields({ parameter, files }: NamedFiles): MultipartField[] {
	const { name } = parameter;
	const parts = files.flatMap((file): MultipartField[] =>
		file.kind === 'file' ? [{ name, file: withoutKind(file) }] : [],
	);
	if (parameter.files === 'mixed')
		return files.map((file) => (file.kind === 'url' ? { name, value: file.url } : { name, file: withoutKind(file) }));
	const addresses =
		parameter.files === 'many' ? asList(files) : files.map((file) => (file.kind === 'url' ? file.url : '')).join('');
	const isInTwin = parameter.files === 'many' || parameter.hasTwin;
	const own: MultipartField[] = parts.length > 0 ? parts : [{ name, value: isInTwin ? '' : addresses }];
	return [...own, { name: `${name}Url`, value: isInTwin ? addresses : '' }];
}

const withoutKind = ({ bytes, fileName, mimeType }: Extract<Media, { kind: 'file' }>) => ({
	bytes,
	fileName,
	mimeType,
});

/**
 * Addresses go as JSON, as Wiro's SDKs send them; bytes need a form.
 *
 * @param named the request in Wiro's names
 * @param texts further texts of the request; they stand behind its own
 */
export function namedBody(
	{ prompt, model }: VideoRequest,
	named: NamedRequest,
	texts: Readonly<Record<string, string>>,
): HttpBody {
	const all = { ...named.texts, ...texts };
	const hasBytes = named.files.some(({ files }) => files.some(({ kind }) => kind === 'file'));
	if (!hasBytes)
		return { kind: 'json', value: Object.fromEntries([...named.files.flatMap(jsonFields), ...Object.entries(all)]) };
	const fit = (value: string) => (value === prompt ? fitForm(value, model) : value);
	const textFields = Object.entries(all).map(([name, value]) => ({ name, value: fit(value) }));
	return { kind: 'multipart', fields: [...named.files.flatMap(formFields), ...textFields] };
}

import { textAt, valueAt } from '../core/http/read';

/** The setting for how large a file n8n's database may hold, in MB; at most 1024. */
const DATABASE_LIMIT = 'N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE';

/** How deep errors wrap one another at most. */
const DEEPEST = 5;

/** Without the file in n8n there is still the link. */
const OTHERWISE = `leave 'Download Video' off and use the link`;

interface Refusal {
	/** The error, what it wraps, and so on. */
	words: string;
	codes: readonly string[];
}

function readRefusal(error: unknown): Refusal {
	const layers: unknown[] = [];
	for (let layer = error; layer !== undefined && layers.length < DEEPEST; layer = valueAt(layer, 'cause'))
		layers.push(layer);
	const texts = layers.map((layer) => textAt(layer) ?? textAt(layer, 'message'));
	return {
		words: texts.filter((text) => text !== null).join('. '),
		codes: layers.map((layer) => textAt(layer, 'code') ?? ''),
	};
}

/**
 * Says why n8n's storage did not take a file, and what to do where that is known.
 *
 * @param error anything that was thrown
 * @returns one sentence without a full stop; null when the error has no words
 */
export function describeStorageError(error: unknown): string | null {
	const { words, codes } = readRefusal(error);
	// n8n-core's FileTooLargeError (2.41.1), "… exceeds the max size limit of 512 MB set for `database` mode. Consider
	// increasing `N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE` …".
	if (words.includes(DATABASE_LIMIT)) {
		const [, limit] = /limit of ([\d.]+) MB/.exec(words) ?? [];
		const allowed = limit === undefined ? 'no file as large as this one' : `files of at most ${limit} MB`;
		return (
			`This n8n keeps files in its database and takes ${allowed} there: raise ${DATABASE_LIMIT} (in MB, at most 1024), ` +
			`keep files elsewhere (N8N_DEFAULT_BINARY_DATA_MODE), or ${OTHERWISE}`
		);
	}
	// In memory a file is a text in base64, and V8 has an upper limit for those.
	if (codes.includes('ERR_STRING_TOO_LONG')) {
		return (
			`This n8n keeps files in its memory, which takes none as large as this one: ` +
			`set N8N_DEFAULT_BINARY_DATA_MODE to filesystem, or ${OTHERWISE}`
		);
	}
	if (codes.some((code) => code === 'ENOSPC' || code === 'EDQUOT'))
		return `The disk where this n8n keeps files is full: make room there, or ${OTHERWISE}`;
	return words === '' ? null : words;
}

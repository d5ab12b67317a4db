import { randomUUID } from 'node:crypto';

import { bearerToken, multipartOf, Refusal, type Gateway, type Simulation } from './gateway';
import { mediaTypeOf } from './samples';
import type { Answer, RecordedRequest, UploadedFile } from './types';

/** EvoLink's files API, a host of its own (https://files-api.evolink.ai). Source: its file pages. */
const UPLOAD_STREAM = '/api/v1/files/upload/stream';
const MAX_FILE_BYTES = 100 * 1024 * 1024;
const LIFETIME_MS = 72 * 3_600_000;

export function evolinkFiles(simulation: Simulation): Gateway {
	function handle(request: RecordedRequest): Answer {
		if (bearerToken(request) !== simulation.keys.evolink.apiKey) throw new Refusal(401, 'Unauthorized');
		if (request.method !== 'POST') throw new Refusal(404, 'Not found');
		if (request.path === UPLOAD_STREAM) return store(fromMultipart(request));
		throw new Refusal(404, 'Not found');
	}

	function store(file: UploadedFile): Answer {
		if (file.bytes.length > MAX_FILE_BYTES) throw new Refusal(413, 'File is too large');
		const contentType = mediaTypeOf(file.bytes);
		if (contentType === undefined) throw new Refusal(400, 'Unsupported file type');
		const fileId = `file_${randomUUID().replaceAll('-', '')}`;
		const name = file.filename === '' ? `${fileId}.${contentType.split('/')[1]}` : file.filename;
		const url = simulation.cdn.addFile(`/evolink/files/${fileId}/${encodeURIComponent(name)}`, file.bytes, contentType);
		simulation.uploads.push({ provider: 'evolink', url, bytes: file.bytes, contentType, filename: name });
		return {
			status: 200,
			body: {
				success: true,
				code: 200,
				msg: 'File uploaded successfully',
				data: {
					file_id: fileId,
					file_name: name,
					original_name: name,
					file_size: file.bytes.length,
					mime_type: contentType,
					file_url: url,
					download_url: url,
					upload_time: new Date().toISOString(),
					expires_at: new Date(Date.now() + LIFETIME_MS).toISOString(),
				},
			},
		};
	}

	return {
		operationOf: ({ method, path }) => (method === 'POST' && path === UPLOAD_STREAM ? 'upload' : 'other'),
		handle,
		refuse: ({ status, message }) => ({
			status,
			body: { success: false, code: status, msg: message || `Request failed with status ${status}` },
		}),
		unknownJob: () => new Refusal(404, 'Not found'),
	};
}

function fromMultipart(request: RecordedRequest): UploadedFile {
	const form = multipartOf(request);
	if (!form) throw new Refusal(400, 'Expected a multipart body');
	const { file, ...others } = form.files;
	const unknown = [
		...Object.keys(others),
		...Object.keys(form.fields).filter((name) => name !== 'upload_path' && name !== 'file_name'),
	];
	if (unknown.length > 0) throw new Refusal(400, `Unexpected field: ${unknown.join(', ')}`);
	if (!file || file.bytes.length === 0) throw new Refusal(400, 'file: Required');
	return file;
}

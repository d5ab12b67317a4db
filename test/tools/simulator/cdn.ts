import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';

import { reset, send, sendTruncated, splitTarget, toWire, writeAll } from './http';
import { anMp4, mp4Chunks, SMALLEST_VIDEO } from './mp4';
import { fillerChunks, testImage, type ImageFormat } from './samples';
import type { Fault, RecordedRequest, SimulatorOptions } from './types';

const DEFAULT_VIDEO_BYTES = 256 * 1024;
/** What a fault lets through of a body before it stalls or breaks, unless it says otherwise. */
const BYTES_BEFORE_BREAK = 1024;

interface CdnFile {
	contentType: string;
	/** Absent for a video, whose size is an option. */
	bytes?: Buffer;
}

/**
 * The origin that holds results and uploads. Beside those it serves, for tests:
 * /videos/sample.mp4, /images/<name>.<png|jpeg|webp|gif|bmp> (both `?bytes=`), /redirect/<n>?to=<address> (n hops, then the
 * address, default /videos/sample.mp4), /status/<code>, /stall and /reset (`?after=` bytes), /no-length, /html.
 */
export class Cdn {
	/** Set once the server listens. */
	url = '';
	private readonly files = new Map<string, CdnFile>();

	constructor(private readonly options: () => SimulatorOptions) {}

	/** Registers a video below a path; the signed address has to be asked for to the letter. Returns its address. */
	addVideo(path: string): string {
		const expires = Math.floor(Date.now() / 1000) + 86_400;
		const signature = encodeURIComponent(`${randomBytes(19).toString('base64')}`);
		const target = `${path}?Expires=${expires}&OSSAccessKeyId=simulator&Signature=${signature}`;
		this.files.set(target, { contentType: 'video/mp4' });
		return this.url + target;
	}

	/** Registers an uploaded file; returns its address. */
	addFile(path: string, bytes: Buffer, contentType: string): string {
		this.files.set(path, { bytes, contentType });
		return this.url + path;
	}

	clear(): void {
		this.files.clear();
	}

	async serve(
		target: string,
		record: RecordedRequest,
		response: ServerResponse,
		fault: Fault | undefined,
	): Promise<void> {
		if (fault && (await this.strike(fault, record, response))) return;
		const file = this.files.get(target);
		if (file) return await this.sendFile(response, record, file);
		const { path, query } = splitTarget(target);
		const [, area = '', rest = ''] = path.split('/');
		const bytes = Number(query.bytes ?? 0);
		switch (area) {
			case 'videos':
				if (rest !== 'sample.mp4') break;
				return await this.sendVideo(response, record, bytes);
			case 'images': {
				const format = imageFormatOf(rest);
				if (format === undefined) break;
				return await this.sendFile(response, record, {
					bytes: testImage(format, bytes),
					contentType: `image/${format}`,
				});
			}
			case 'redirect': {
				const hops = Number(rest);
				const to = query.to ?? '/videos/sample.mp4';
				const location = hops > 1 ? `/redirect/${hops - 1}?to=${encodeURIComponent(to)}` : to;
				return this.answer(response, record, 302, { location }, '');
			}
			case 'status':
				return this.answer(response, record, Number(rest), {}, `<Error><Code>Refusal${rest}</Code></Error>`);
			case 'stall':
			case 'reset': {
				await this.sendPart(response, record, Number(query.after ?? BYTES_BEFORE_BREAK));
				if (area === 'reset') setTimeout(() => reset(response), 20);
				return;
			}
			case 'no-length':
				record.status = 200;
				response.writeHead(200, { 'content-type': 'video/mp4' });
				await writeAll(response, mp4Chunks(this.videoBytes(bytes)));
				response.end();
				return;
			case 'html':
				return this.answer(response, record, 200, { 'content-type': 'text/html' }, '<html><body>Sign in</body></html>');
			case 'landing':
				return this.answer(response, record, 200, { 'content-type': 'application/json' }, '{}');
		}
		this.answer(response, record, 404, { 'content-type': 'application/xml' }, '<Error><Code>NoSuchKey</Code></Error>');
	}

	/** True when the fault has answered. */
	private async strike(fault: Fault, record: RecordedRequest, response: ServerResponse): Promise<boolean> {
		const { status = 502, headers = {}, bytes = BYTES_BEFORE_BREAK } = fault;
		switch (fault.kind) {
			case 'slow':
				await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 1000));
				return false;
			case 'hang':
				return true;
			case 'stall':
				await this.sendPart(response, record, bytes);
				return true;
			case 'reset':
				if (fault.bytes !== undefined) await this.sendPart(response, record, bytes);
				setTimeout(() => reset(response), fault.bytes === undefined ? 0 : 20);
				return true;
			case 'redirect':
				this.answer(response, record, fault.status ?? 302, { location: fault.location ?? '/landing', ...headers }, '');
				return true;
			case 'truncated':
				record.status = 200;
				sendTruncated(response, {
					status: 200,
					headers: { 'content-type': 'video/mp4' },
					body: anMp4(64 * 1024),
				});
				return true;
			case 'empty':
				this.answer(response, record, fault.status ?? 200, { 'content-type': 'video/mp4' }, '');
				return true;
			case 'html':
				this.answer(response, record, status, { 'content-type': 'text/html' }, '<html><body>Bad gateway</body></html>');
				return true;
			case 'hugeBody':
				record.status = 200;
				response.writeHead(200, { 'content-type': 'video/mp4' });
				await writeAll(response, [anMp4()]);
				await writeAll(response, fillerChunks(fault.bytes ?? 1024 ** 3));
				response.end();
				return true;
			default:
				send(response, toWire({ status, headers, body: fault.body ?? '' }));
				record.status = status;
				return true;
		}
	}

	private async sendFile(response: ServerResponse, record: RecordedRequest, file: CdnFile): Promise<void> {
		if (file.bytes === undefined) return await this.sendVideo(response, record, 0);
		record.status = 200;
		send(response, { status: 200, headers: { 'content-type': file.contentType }, body: file.bytes });
	}

	private async sendVideo(response: ServerResponse, record: RecordedRequest, wanted: number): Promise<void> {
		const bytes = this.videoBytes(wanted);
		record.status = 200;
		response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': String(bytes) });
		if (record.method !== 'HEAD') await writeAll(response, mp4Chunks(bytes));
		response.end();
	}

	/** Announces a whole video and sends its first bytes. */
	private async sendPart(response: ServerResponse, record: RecordedRequest, bytes: number): Promise<void> {
		record.status = 200;
		response.writeHead(200, {
			'content-type': 'video/mp4',
			'content-length': String(Math.max(bytes * 2, DEFAULT_VIDEO_BYTES)),
		});
		await writeAll(response, bytes > 0 ? [anMp4(bytes).subarray(0, bytes)] : []);
		response.flushHeaders();
	}

	private videoBytes(wanted: number): number {
		return Math.max(wanted > 0 ? wanted : (this.options().videoBytes ?? DEFAULT_VIDEO_BYTES), SMALLEST_VIDEO);
	}

	private answer(
		response: ServerResponse,
		record: RecordedRequest,
		status: number,
		headers: Record<string, string>,
		body: string,
	): void {
		record.status = status;
		send(response, { status, headers, body: Buffer.from(body) });
	}
}

function imageFormatOf(name: string): ImageFormat | undefined {
	const extension = name.slice(name.lastIndexOf('.') + 1);
	const formats: readonly ImageFormat[] = ['png', 'jpeg', 'webp', 'gif', 'bmp'];
	return formats.find((format) => format === (extension === 'jpg' ? 'jpeg' : extension));
}

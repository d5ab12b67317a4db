import { randomUUID } from 'node:crypto';
import { Agent, request } from 'undici';

import { isRecord, type CallbackDialect, type CallbackMessage } from './gateway';
import type { FaultBook } from './faults';
import type { JobStore } from './jobs';
import type { CallbackOverrides, Fault, ProviderName, RecordedCallback, SimulatedJob, SimulatorOptions } from './types';

const LATE_MS = 3000;
const FOREIGN_KEY = 'a-key-of-somebody-else';

interface Parcel {
	job: SimulatedJob;
	dialect: CallbackDialect;
	message: CallbackMessage;
	url: string;
	signWith?: string | undefined;
	headers?: Record<string, string> | undefined;
	fault?: Fault | undefined;
}

/** Delivers callbacks as each provider's dialect says, and keeps a record of all of them. */
export class CallbackSender {
	readonly records: RecordedCallback[] = [];
	private readonly dialects = new Map<ProviderName, CallbackDialect>();
	private readonly lastFor = new Map<string, RecordedCallback>();
	private readonly underway = new Set<Promise<unknown>>();
	private readonly sleepers = new Map<NodeJS.Timeout, () => void>();
	private agent = new Agent({ connections: 256 });
	/** Grows at every clear; what an older generation still has to send is dropped. */
	private generation = 0;

	constructor(
		private readonly jobs: JobStore,
		private readonly faults: FaultBook,
		private readonly options: () => SimulatorOptions,
	) {}

	register(provider: ProviderName, dialect: CallbackDialect): void {
		this.dialects.set(provider, dialect);
	}

	/** Takes a new job's callbacks in hand. To be awaited before create is answered, for the fault `early`. */
	async announce(job: SimulatedJob): Promise<void> {
		const dialect = this.dialects.get(job.provider);
		if (job.callbackUrl === undefined || dialect === undefined) return;
		const fault = this.faults.takeForJob('callback', job);
		if (dialect.challengeMs !== undefined && fault?.kind !== 'lost') {
			job.hasProvenAddress = await this.challenge(job.callbackUrl, dialect.challengeMs);
			if (!job.hasProvenAddress) return;
		}
		if (fault?.kind === 'forged') {
			const message = dialect.falseMessage(job);
			const forged = { job, dialect, message, url: job.callbackUrl, signWith: FOREIGN_KEY, fault };
			void this.track(this.sleep(fault.delayMs ?? 0).then((alive) => (alive ? this.deliver(forged) : undefined)));
		}
		if (fault?.kind === 'early') {
			this.jobs.finish(job);
			await this.firstTry({ job, dialect, url: job.callbackUrl, fault }, 1);
			return;
		}
		this.jobs.watch(job, dialect.moments, (moment) => void this.track(this.onMoment(job, dialect, moment, fault)));
	}

	/** Sends one by hand. */
	async sendByHand(job: SimulatedJob, overrides: CallbackOverrides): Promise<RecordedCallback> {
		const dialect = this.dialects.get(job.provider);
		const url = overrides.url ?? job.callbackUrl;
		if (dialect === undefined) throw new Error(`${job.provider} has no callbacks`);
		if (url === undefined) throw new Error(`Job ${job.id} has no callback URL`);
		const own = overrides.event === 'progress' ? dialect.messageAt(job, 0.5) : dialect.messageAt(job, 1);
		const message = own ?? dialect.falseMessage(job);
		const parcel: Parcel = {
			job,
			dialect,
			url,
			message: { event: overrides.event ?? message.event, body: overrides.body ?? message.body },
			signWith: overrides.signWith,
			headers: overrides.headers,
		};
		return await this.track(this.deliver(parcel));
	}

	/** Apiframe's webhookStatus of a job. */
	statusOf(job: SimulatedJob): 'pending' | 'delivered' | 'failed' | null {
		if (job.callbackUrl === undefined) return null;
		const last = this.lastFor.get(job.id);
		if (last?.deliveredAt !== undefined) return 'delivered';
		return last !== undefined && last.attempts.length > (this.delaysOf(job)?.length ?? 0) ? 'failed' : 'pending';
	}

	async settled(): Promise<void> {
		while (this.underway.size > 0) await Promise.allSettled([...this.underway]);
	}

	clear(): void {
		this.generation += 1;
		this.records.length = 0;
		this.lastFor.clear();
		for (const [timer, wake] of this.sleepers) {
			clearTimeout(timer);
			wake();
		}
		this.sleepers.clear();
	}

	async close(): Promise<void> {
		this.clear();
		await this.agent.destroy();
	}

	/** Whether the address sends back what it is sent. */
	private async challenge(url: string, within: number): Promise<boolean> {
		const challenge = randomUUID();
		try {
			const response = await request(url, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ challenge }),
				dispatcher: this.agent,
				headersTimeout: within,
				bodyTimeout: within,
			});
			const answer: unknown = await response.body.json();
			return response.statusCode === 200 && isRecord(answer) && answer.challenge === challenge;
		} catch {
			return false;
		}
	}

	private async onMoment(job: SimulatedJob, dialect: CallbackDialect, moment: number, fault?: Fault): Promise<void> {
		const message = dialect.messageAt(job, moment);
		if (message === undefined || job.callbackUrl === undefined || !dialect.wants(job, message.event)) return;
		const parcel = { job, dialect, message, url: job.callbackUrl, fault };
		if (fault?.kind === 'lost') {
			this.record(parcel);
			return;
		}
		if (fault?.kind === 'late' && !(await this.sleep(fault.delayMs ?? LATE_MS))) return;
		const copies = fault?.kind === 'duplicate' ? (fault.copies ?? 2) : 1;
		await Promise.all(Array.from({ length: copies }, () => this.deliver(parcel)));
	}

	private async firstTry(parcel: Omit<Parcel, 'message'>, moment: number): Promise<void> {
		const message = parcel.dialect.messageAt(parcel.job, moment);
		if (message === undefined) return;
		const { record, attempt } = this.record({ ...parcel, message });
		if (await attempt()) return;
		void this.track(this.repeat(record, attempt, parcel));
	}

	private async deliver(parcel: Parcel): Promise<RecordedCallback> {
		const { record, attempt } = this.record(parcel);
		if (!(await attempt())) await this.repeat(record, attempt, parcel);
		return record;
	}

	private async repeat(
		record: RecordedCallback,
		attempt: () => Promise<boolean>,
		{ job }: { job: SimulatedJob },
	): Promise<void> {
		for (const delay of this.delaysOf(job) ?? []) {
			if (!(await this.sleep(delay)) || record.deliveredAt !== undefined) return;
			if (await attempt()) return;
		}
	}

	private delaysOf(job: SimulatedJob): readonly number[] | undefined {
		return this.options().callbackRetryDelaysMs ?? this.dialects.get(job.provider)?.retryDelaysMs;
	}

	private record(parcel: Parcel): { record: RecordedCallback; attempt: () => Promise<boolean> } {
		const { job, dialect, message, url } = parcel;
		const rawBody = typeof message.body === 'string' ? message.body : JSON.stringify(message.body);
		const record: RecordedCallback = {
			provider: job.provider,
			jobId: job.id,
			event: message.event,
			url,
			headers: {
				'content-type': 'application/json',
				...dialect.headers(message.event, rawBody, parcel.signWith),
				...parcel.headers,
			},
			rawBody,
			createdAt: Date.now(),
			attempts: [],
			...(parcel.fault && { fault: parcel.fault.kind }),
		};
		this.records.push(record);
		if (parcel.fault?.kind !== 'forged') this.lastFor.set(job.id, record);
		return { record, attempt: async () => await this.attempt(record, dialect) };
	}

	private async attempt(record: RecordedCallback, dialect: CallbackDialect): Promise<boolean> {
		const entry: RecordedCallback['attempts'][number] = { at: Date.now() };
		record.attempts.push(entry);
		try {
			const response = await request(record.url, {
				method: 'POST',
				headers: record.headers,
				body: record.rawBody,
				dispatcher: this.agent,
				headersTimeout: dialect.timeoutMs,
				bodyTimeout: dialect.timeoutMs,
			});
			entry.status = response.statusCode;
			await response.body.dump();
		} catch (error) {
			entry.error = error instanceof Error ? error.message : String(error);
		}
		if (entry.status === undefined || !dialect.accepts(entry.status)) return false;
		record.deliveredAt = Date.now();
		return true;
	}

	/** Resolves to false when everything was forgotten meanwhile. */
	private async sleep(milliseconds: number): Promise<boolean> {
		const { generation } = this;
		if (milliseconds > 0) {
			await new Promise<void>((resolve) => {
				const timer = setTimeout(() => {
					this.sleepers.delete(timer);
					resolve();
				}, milliseconds);
				this.sleepers.set(timer, resolve);
			});
		}
		return generation === this.generation;
	}

	private track<T>(promise: Promise<T>): Promise<T> {
		const watched = promise.finally(() => this.underway.delete(watched));
		this.underway.add(watched);
		return watched;
	}
}

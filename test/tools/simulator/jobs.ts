import type { JobOutcome, JobPhase, SimulatedJob, SimulatorOptions } from './types';

/** The part of its time that a job spends in the queue. */
export const QUEUE_SHARE = 0.25;

export type NewJob = Omit<SimulatedJob, 'createdAt' | 'endsAt' | 'outcome' | 'failureMessage' | 'videoUrl'>;

interface Watcher {
	job: SimulatedJob;
	moments: readonly number[];
	next: number;
	onMoment: (moment: number) => void;
	timer?: NodeJS.Timeout;
}

/** All jobs and their clock. A job's state is computed from the time when it is asked for; nothing ticks. */
export class JobStore {
	readonly all: SimulatedJob[] = [];
	private readonly byId = new Map<string, SimulatedJob>();
	private readonly byToken = new Map<string, SimulatedJob>();
	private readonly watchers = new Map<SimulatedJob, Set<Watcher>>();

	/**
	 * Makes a job whose duration and end come from the options, or from marks in its prompt: `[[seconds:30]]`, `[[fail]]`,
	 * `[[fail:message]]`, `[[cancel]]`.
	 */
	create(job: NewJob, prompt: unknown, options: SimulatorOptions, videoUrl: string): SimulatedJob {
		const marks = readMarks(prompt);
		const createdAt = Date.now();
		const made: SimulatedJob = {
			...job,
			createdAt,
			endsAt: createdAt + (marks.durationMs ?? options.jobDurationMs ?? 2000),
			outcome: marks.outcome ?? options.outcome ?? 'success',
			failureMessage: marks.failureMessage ?? options.failureMessage ?? 'Video generation failed upstream',
			videoUrl,
		};
		this.all.push(made);
		this.byId.set(made.id, made);
		if (made.token !== undefined) this.byToken.set(made.token, made);
		return made;
	}

	find(id: string): SimulatedJob | undefined {
		return this.byId.get(id);
	}

	findByToken(token: string): SimulatedJob | undefined {
		return this.byToken.get(token);
	}

	/** How much of its time a job has had, 0 to 1. */
	fractionOf(job: SimulatedJob): number {
		if (job.cancelledAt !== undefined) return 1;
		const duration = job.endsAt - job.createdAt;
		const elapsed = Date.now() - job.createdAt;
		return elapsed >= duration ? 1 : elapsed / duration;
	}

	phaseOf(job: SimulatedJob): JobPhase {
		const fraction = this.fractionOf(job);
		if (fraction < QUEUE_SHARE) return 'queued';
		if (fraction < 1) return 'running';
		if (job.outcome === 'cancelled') return 'cancelled';
		return job.outcome === 'success' ? 'succeeded' : 'failed';
	}

	isOver(job: SimulatedJob): boolean {
		return this.fractionOf(job) >= 1;
	}

	/** The jobs of one provider that hold a slot, out of the candidates, which lose those that are over. */
	countActive(candidates: Set<SimulatedJob>): number {
		for (const job of candidates) if (this.isOver(job)) candidates.delete(job);
		return candidates.size;
	}

	/** Moves a job's clock so that it has had this fraction of its time, and as much is left as would be. */
	setProgress(job: SimulatedJob, fraction: number): void {
		const duration = Math.max(job.endsAt - job.createdAt, 1);
		job.createdAt = Math.floor(Date.now() - fraction * duration);
		job.endsAt = job.createdAt + duration;
		this.rewind(job);
	}

	finish(job: SimulatedJob, outcome: JobOutcome = job.outcome): void {
		if (this.isOver(job)) return;
		job.outcome = outcome;
		job.endsAt = Math.min(job.endsAt, Date.now());
		this.rewind(job, 'toEnd');
	}

	cancel(job: SimulatedJob): void {
		job.cancelledAt = Date.now();
		job.endsAt = job.cancelledAt;
		job.outcome = 'cancelled';
		this.rewind(job, 'toEnd');
	}

	/**
	 * Calls back, never within this call, as a job passes the given fractions of its time, the last of which is its end.
	 * A job that ends before its time goes straight to the last.
	 * Returns a function that stops it.
	 */
	watch(job: SimulatedJob, moments: readonly number[], onMoment: (moment: number) => void): () => void {
		const watcher: Watcher = { job, moments, next: 0, onMoment };
		const ofJob = this.watchers.get(job) ?? new Set();
		this.watchers.set(job, ofJob.add(watcher));
		watcher.timer = setTimeout(() => this.advance(watcher), 0);
		return () => this.unwatch(watcher);
	}

	clear(): void {
		for (const ofJob of this.watchers.values()) for (const watcher of ofJob) clearTimeout(watcher.timer);
		this.watchers.clear();
		this.byId.clear();
		this.byToken.clear();
		this.all.length = 0;
	}

	private rewind(job: SimulatedJob, skip?: 'toEnd'): void {
		for (const watcher of this.watchers.get(job) ?? []) {
			if (skip === 'toEnd') watcher.next = Math.max(watcher.next, watcher.moments.length - 1);
			clearTimeout(watcher.timer);
			watcher.timer = setTimeout(() => this.advance(watcher), 0);
		}
	}

	private advance(watcher: Watcher): void {
		const { job, moments } = watcher;
		const fraction = this.fractionOf(job);
		let moment = moments[watcher.next];
		while (moment !== undefined && moment <= fraction) {
			watcher.next += 1;
			watcher.onMoment(moment);
			moment = moments[watcher.next];
		}
		if (moment === undefined) return this.unwatch(watcher);
		const dueAt = job.createdAt + moment * (job.endsAt - job.createdAt);
		watcher.timer = setTimeout(() => this.advance(watcher), Math.max(1, Math.ceil(dueAt - Date.now())));
	}

	private unwatch(watcher: Watcher): void {
		clearTimeout(watcher.timer);
		const ofJob = this.watchers.get(watcher.job);
		ofJob?.delete(watcher);
		if (ofJob?.size === 0) this.watchers.delete(watcher.job);
	}
}

function readMarks(prompt: unknown): { durationMs?: number; outcome?: JobOutcome; failureMessage?: string } {
	if (typeof prompt !== 'string' || !prompt.includes('[[')) return {};
	const seconds = /\[\[seconds:([\d.]+)\]\]/.exec(prompt)?.[1];
	const failure = /\[\[fail(?::([^\]]*))?\]\]/.exec(prompt);
	return {
		...(seconds !== undefined && { durationMs: Number(seconds) * 1000 }),
		...(prompt.includes('[[cancel]]') && { outcome: 'cancelled' }),
		...(failure && { outcome: 'failure' }),
		...(failure?.[1] && { failureMessage: failure[1] }),
	};
}

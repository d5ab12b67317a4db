import { setTimeout as pause } from 'node:timers/promises';
import { startSuite, type Suite } from '../../e2e/support/suite';
import { N8nRefused } from '../host/n8nClient';

type SuiteOptions = Parameters<typeof startSuite>[0];

const LONGEST_PATIENCE_MS = 60_000;

/**
 * Asks n8n again, for a minute, while it says 503: on a busy machine its database does not answer for a moment.
 * @throws what `ask` throws otherwise
 */
export async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
	const deadline = Date.now() + LONGEST_PATIENCE_MS;
	for (;;) {
		try {
			return await ask();
		} catch (error) {
			if (!(error instanceof N8nRefused) || error.status !== 503 || Date.now() > deadline) throw error;
			await pause(500);
		}
	}
}

/** An n8n that is started beside others may find its port taken in the meantime: it is tried once more. */
async function startPatiently(options: SuiteOptions): Promise<Suite> {
	try {
		return await startSuite(options);
	} catch (error) {
		process.stderr.write(`  n8n is started again: ${String(error)}\n`);
		return startSuite(options);
	}
}

/**
 * Runs `work` in an n8n of its own, and removes it afterwards. When the work fails, n8n's log and database stay.
 * @throws what `work` throws
 */
export async function withSuite<Result>(
	options: SuiteOptions,
	work: (suite: Suite) => Promise<Result>,
): Promise<Result> {
	const suite = await startPatiently(options);
	try {
		const result = await work(suite);
		// Executions may still wait, and n8n would wait for those that run.
		await suite.server.kill();
		await suite.close();
		await suite.server.remove();
		return result;
	} catch (error) {
		await suite.server.kill();
		await suite.close();
		process.stderr.write(`  n8n left its log and database in ${suite.server.userFolder}\n`);
		throw error;
	}
}

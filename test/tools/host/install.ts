import { ensureN8nHost } from './n8nHost';

/** Installs the real n8n that demo, bench and end-to-end tests run, which each of them else does itself when it starts. */
ensureN8nHost().catch((error: unknown) => {
	process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});

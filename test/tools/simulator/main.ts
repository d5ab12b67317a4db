import { parseArgs } from 'node:util';

import { startSimulator } from './server';
import type { Simulator } from './types';

const USAGE = `Usage: npm run simulator -- [--port 4010] [--cdn-port 4011] [--job-seconds 10]

Serves the five APIs on loopback, for trying the node without keys or costs.
A prompt with [[fail]] makes a job fail, [[seconds:60]] sets how long it takes.
`;

const DEFAULT_PORT = 4010;

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: String(DEFAULT_PORT) },
			'cdn-port': { type: 'string' },
			'job-seconds': { type: 'string', default: '10' },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return void process.stdout.write(USAGE);
	const port = wholeNumber('--port', values.port);
	const cdnPort =
		values['cdn-port'] === undefined ? (port === 0 ? 0 : port + 1) : wholeNumber('--cdn-port', values['cdn-port']);
	const jobSeconds = Number(values['job-seconds']);
	if (!(jobSeconds >= 0)) throw new Error(`--job-seconds takes a number, not "${values['job-seconds']}"`);
	const simulator = await startSimulator({ port, cdnPort, jobDurationMs: jobSeconds * 1000 });
	process.stdout.write(describe(simulator, jobSeconds));
	const stop = (): void => {
		void simulator.close().then(() => process.exit(0));
	};
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
}

function wholeNumber(flag: string, text: string): number {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 0 || value > 65_535)
		throw new Error(`${flag} takes a port number, not "${text}"`);
	return value;
}

function describe({ endpoints, keys, cdnUrl }: Simulator, jobSeconds: number): string {
	const rows = [
		['AI/ML API', endpoints.aimlApi.baseUrl, `key ${keys.aimlApi.apiKey}`],
		['Apiframe', endpoints.apiframe.baseUrl, `key ${keys.apiframe.apiKey}`],
		['EvoLink', endpoints.evolink.baseUrl, `key ${keys.evolink.apiKey}`],
		['  files', endpoints.evolink.filesBaseUrl, 'the same key'],
		['MiniMax', endpoints.minimax.baseUrl, `key ${keys.minimax.apiKey}`],
		['Wiro', endpoints.wiro.baseUrl, `key ${keys.wiro.apiKey}, secret ${keys.wiro.apiSecret}`],
		['  key only', endpoints.wiro.baseUrl, `key ${keys.wiroKeyOnly.apiKey}`],
		['  socket', endpoints.wiro.socketUrl, 'task token'],
		['Videos', cdnUrl, 'no key'],
	];
	const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
	const [nameWidth, urlWidth] = [width(0), width(1)];
	const lines = rows.map(
		([name = '', url = '', key = '']) => `  ${name.padEnd(nameWidth)}  ${url.padEnd(urlWidth)}  ${key}`,
	);
	return `Simulated providers, jobs of ${jobSeconds} s (Ctrl+C stops):\n\n${lines.join('\n')}\n\n`;
}

main().catch((error: unknown) => {
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	const taken = error instanceof Error && 'port' in error ? ` ${String(error.port)}` : '';
	const text =
		code === 'EADDRINUSE'
			? `Port${taken} is taken. Choose another with --port and --cdn-port`
			: error instanceof Error
				? error.message
				: String(error);
	process.stderr.write(`${text}\n`);
	process.exitCode = 1;
});

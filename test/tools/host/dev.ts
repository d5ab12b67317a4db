/**
 * `npm run dev`: a real n8n that follows the sources. A change below nodes/ or credentials/ is compiled into the package
 * that n8n has loaded, n8n reloads it, and an open editor shows the new form. All gateways are simulated.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startSimulator } from '../simulator';
import { DEFAULT_PORT, JOB_DURATION_MS, OWNER, readPort, storeCredentials, storeWorkflow } from './demoSetup';
import { folderOf, runProgram } from './hostProgram';
import { interruption } from './interruption';
import { type LivePackageEvents, startLivePackage } from './livePackage';
import { N8nClient } from './n8nClient';
import { ensureN8nHost } from './n8nHost';
import { N8nServer } from './n8nServer';
import { REPOSITORY } from './paths';
import { assertPortIsFree } from './ports';
import { runStep } from './steps';
import { hailuo, manualTrigger, workflowOf } from './workflows';

const USER_FOLDER = path.join(folderOf('dev'), 'user');
/** Where n8n puts community packages. */
const PACKAGE_FOLDER = path.join(USER_FOLDER, '.n8n/nodes/node_modules/n8n-nodes-hailuo');
const WORKFLOW_NAME = 'Hailuo: try a change here';
const RELOAD_LINE = /Hot reload (?:triggered|failed) for n8n-nodes-hailuo.*/g;
const LOOK_EVERY_MS = 200;

const USAGE = `npm run dev -- [--port <number>]

  --port   port of n8n's editor, default ${DEFAULT_PORT}

Starts n8n with the node as it is in nodes/ and credentials/, and reloads it when they change. All gateways are
simulated; nothing costs money. Workflows made here are kept for the next time.`;

function say(line: string): void {
	const time = new Date().toTimeString().slice(0, 8);
	process.stdout.write(`${time}  ${line}\n`);
}

/** Passes on what n8n logs of reloads. @returns ends it */
function tellReloads(server: N8nServer): () => void {
	let told = server.log.match(RELOAD_LINE)?.length ?? 0;
	const timer = setInterval(() => {
		const lines = server.log.match(RELOAD_LINE) ?? [];
		lines.slice(told).forEach((line) => say(`n8n: ${line}`));
		told = lines.length;
	}, LOOK_EVERY_MS);
	return () => clearInterval(timer);
}

async function fillN8n(server: N8nServer, simulator: Awaited<ReturnType<typeof startSimulator>>): Promise<string> {
	const client = new N8nClient(server.url);
	await client.signIn(OWNER);
	const credentials = await storeCredentials(client, simulator, {});
	const present = (await client.listWorkflows()).find(({ name }) => name === WORKFLOW_NAME);
	// What somebody drew in it the last time stays.
	if (present) return present.id;
	const prompt = 'A paper boat crosses a puddle at dawn, the camera close to the water';
	return storeWorkflow(
		client,
		workflowOf(WORKFLOW_NAME, [
			manualTrigger('When clicking Execute workflow'),
			hailuo({ provider: 'aimlApi', operation: 'createAndWait', model: 'hailuo-2.3', prompt }, credentials),
		]),
	);
}

async function develop(port: number): Promise<void> {
	await assertPortIsFree(port);
	const host = await ensureN8nHost();
	const interrupted = interruption();
	let relist = () => {};
	let restart = Promise.resolve();
	const events: LivePackageEvents = {
		compiled: () => say('Compiled'),
		refused: (messages) => say(`Not compiled; n8n keeps what it has\n\n${messages}`),
		copied: (file) => say(`Copied ${file}`),
		listed: () => relist(),
	};
	const started = new AsyncDisposableStack();
	try {
		const live = await startLivePackage(REPOSITORY, PACKAGE_FOLDER, events);
		started.defer(() => live.close());
		const simulator = started.adopt(
			await startSimulator({ jobDurationMs: JOB_DURATION_MS }),
			async (it) => await it.close(),
		);
		const server = started.adopt(
			await runStep(`Starting n8n ${host.version}`, () =>
				N8nServer.start(host, {
					userFolder: USER_FOLDER,
					port,
					environment: { N8N_DEV_RELOAD: 'true', N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '3' },
				}),
			),
			async (it) => await it.stop(),
		);
		started.defer(tellReloads(server));
		const workflowId = await Promise.race([fillN8n(server, simulator), interrupted]);
		relist = () => {
			say('package.json changed; n8n starts anew');
			restart = restart.then(() => server.stop()).then(() => server.start());
			restart.then(
				() => say('n8n is back'),
				(error: unknown) => say(String(error)),
			);
		};
		say(`The editor is open at ${server.url}/workflow/${workflowId}`);
		say(`Login: ${OWNER.email}, password ${OWNER.password}`);
		say('Change a file below nodes/ or credentials/ and n8n reloads the node. Ctrl-C ends n8n and the simulator.');
		await interrupted;
	} finally {
		say('Ending n8n and the simulator');
		relist = () => {};
		await restart.catch(() => undefined);
		await started.disposeAsync();
	}
}

void runProgram({
	name: 'dev',
	usage: USAGE,
	async readSettings() {
		const { values } = parseArgs({ options: { port: { type: 'string' }, help: { type: 'boolean' } } });
		if (values.help) return 'help';
		return values.port === undefined ? DEFAULT_PORT : readPort(values.port);
	},
	run: develop,
});

/**
 * `npm run demo`: from a fresh clone to a real n8n in which our package, installed as users install it, makes a video
 * through every gateway. The gateways are simulated, except those whose key is in the environment.
 */
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startSimulator } from '../simulator';
import type { Simulator } from '../simulator/types';
import { type DemoResult, narrator, watchExecution } from './demoWatch';
import { DEFAULT_PORT, JOB_DURATION_MS, OWNER, readPort, storeCredentials, storeWorkflow } from './demoSetup';
import { type Gateway, GATEWAYS } from './gateways';
import { folderOf, runProgram } from './hostProgram';
import { interruption } from './interruption';
import { N8nClient } from './n8nClient';
import { ensureN8nHost } from './n8nHost';
import { N8nServer } from './n8nServer';
import type { CredentialReference, WorkflowInput } from './n8nTypes';
import { ensurePackedPackage, installPackage } from './packageTarball';
import { REPOSITORY } from './paths';
import { assertPortIsFree, freePort } from './ports';
import { runStep } from './steps';
import { hailuo, manualTrigger, workflowOf } from './workflows';

const DEMO_FOLDER = folderOf('demo');
const VIDEOS_FOLDER = path.join(DEMO_FOLDER, 'videos');
const WORKFLOW_NAME = 'Hailuo demo: one video by every gateway';
const SECONDS_TO_THINK = 5;
/** So that n8n reaches the real gateways from where this machine reaches them. */
const NETWORK_VARIABLES = /^((https?|no|all)_proxy|node_extra_ca_certs)$/i;

const USAGE = `npm run demo -- [--once] [--port <number>]

  --once   end when the videos are made, instead of leaving the editor open
  --port   port of n8n's editor, default ${DEFAULT_PORT} (with --once any free one)

A gateway whose key is in the environment makes a real video, which that account pays for:
  HAILUO_AIMLAPI_KEY, HAILUO_APIFRAME_KEY, HAILUO_EVOLINK_KEY, HAILUO_WIRO_KEY (with HAILUO_WIRO_SECRET
  for a project with signature authentication)`;

const say = (line = '') => process.stdout.write(`${line}\n`);

interface Settings {
	once: boolean;
	port: number;
}

async function readSettings(): Promise<Settings | 'help'> {
	const { values } = parseArgs({
		options: { once: { type: 'boolean' }, port: { type: 'string' }, help: { type: 'boolean' } },
	});
	if (values.help) return 'help';
	const once = values.once ?? false;
	// Nobody needs to know the port of an n8n that ends by itself.
	if (values.port === undefined) return { once, port: once ? await freePort() : DEFAULT_PORT };
	return { once, port: readPort(values.port) };
}

function realGateways(): Gateway[] {
	return GATEWAYS.filter((gateway) => gateway.realCredential(process.env) !== undefined);
}

async function announceCosts(): Promise<void> {
	const real = realGateways();
	if (real.length === 0) {
		say('All five gateways are simulated; nothing leaves this machine and nothing costs money.');
		return;
	}
	say(`Real keys are in the environment for: ${real.map(({ label }) => label).join(', ')}.`);
	say('THIS COSTS MONEY: each of them makes one real video, paid by that account. The others are simulated.');
	say(`Ctrl-C in the next ${SECONDS_TO_THINK} seconds prevents it.`);
	await pause(SECONDS_TO_THINK * 1000);
}

function demoWorkflow(credentials: Record<string, CredentialReference>): WorkflowInput {
	const trigger = manualTrigger('When clicking Execute workflow');
	const nodes = GATEWAYS.map(({ provider, label, credentialType }, index) =>
		hailuo(
			{
				provider,
				operation: 'createAndWait',
				model: 'hailuo-2.3',
				prompt: 'A paper boat crosses a puddle at dawn, the camera close to the water',
				resolution: '768P',
				duration: 6,
				downloadVideo: true,
			},
			{ [credentialType]: credentials[credentialType]! },
			{ name: label, position: [320, index * 200], onError: 'continueRegularOutput' },
		),
	);
	return workflowOf(WORKFLOW_NAME, [{ ...trigger, position: [0, 300] }, ...nodes], {
		wires: nodes.map((node) => ({ from: trigger.name, to: node.name })),
		// Each gateway's result is stored when its node is done, so that it can be shown before all are.
		settings: { saveExecutionProgress: true },
	});
}

function printResults(results: readonly DemoResult[]): void {
	say();
	for (const { gateway, succeeded, jobId, outcome, videoFile, videoBytes } of results) {
		const video = videoFile ? `${path.relative(REPOSITORY, videoFile)} (${videoBytes} bytes)` : 'no video';
		say(
			`${succeeded ? 'ok    ' : 'FAILED'}  ${gateway.label.padEnd(10)} ${outcome.padEnd(10)} job ${jobId || '-'}  ${video}`,
		);
	}
	say();
}

async function makeVideos(
	server: N8nServer,
	simulator: Simulator,
): Promise<{ workflowId: string; results: DemoResult[] }> {
	const client = new N8nClient(server.url);
	await client.signIn(OWNER);
	const workflowId = await storeWorkflow(client, demoWorkflow(await storeCredentials(client, simulator, process.env)));
	say('Running the workflow: one Hailuo node for each gateway, operation Create Video and Wait');
	const narrate = narrator();
	const executionId = await client.runWorkflow(workflowId, { trigger: 'When clicking Execute workflow' });
	const results = await watchExecution(client, executionId, GATEWAYS, simulator, VIDEOS_FOLDER, narrate);
	printResults(results);
	return { workflowId, results };
}

async function demo({ once, port }: Settings): Promise<void> {
	await assertPortIsFree(port);
	await announceCosts();
	const host = await ensureN8nHost();
	const packed = await ensurePackedPackage();
	const userFolder = path.join(DEMO_FOLDER, 'user');
	if (await installPackage(packed, userFolder))
		say(`Installed ${path.basename(packed.tarball)} into n8n ${host.version}`);

	const network = Object.entries(process.env).filter(([name]) => NETWORK_VARIABLES.test(name));
	const environment = {
		...(realGateways().length > 0 ? (Object.fromEntries(network) as Record<string, string>) : {}),
		// How long an end waits for a running workflow, in seconds.
		N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '3',
	};
	const interrupted = interruption();
	const started = new AsyncDisposableStack();
	try {
		const simulator = started.adopt(
			await startSimulator({ jobDurationMs: JOB_DURATION_MS }),
			async (it) => await it.close(),
		);
		const server = started.adopt(
			await runStep(`Starting n8n ${host.version}`, () => N8nServer.start(host, { userFolder, port, environment })),
			async (it) => await it.stop(),
		);
		const { workflowId, results } = await Promise.race([makeVideos(server, simulator), interrupted]);
		if (!results.every(({ succeeded }) => succeeded)) process.exitCode = 1;
		if (!once) {
			say(`The editor is open at ${server.url}/workflow/${workflowId}`);
			say(`Login: ${OWNER.email}, password ${OWNER.password}`);
			say('Ctrl-C ends n8n and the simulator.');
			await Promise.race([interrupted.catch(() => undefined), server.ended]);
		}
	} finally {
		say('Ending n8n and the simulator');
		await started.disposeAsync();
	}
	say(
		'Next: `npm run dev` opens an n8n that follows the sources while you change them, and README.md says how to install ' +
			'the package into an n8n of your own.',
	);
}

void runProgram({ name: 'demo', usage: USAGE, readSettings, run: demo });

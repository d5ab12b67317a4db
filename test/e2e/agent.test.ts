/** The node as a tool of n8n's AI Agent, whose chat model follows a script. */
import { startChatModel } from '../tools/host/chatModel';
import { startTogether } from '../tools/host/startTogether';
import { LABELS, PROVIDERS, jobsAbout } from './support/purchase';
import {
	agentHost,
	AGENT_VERSIONS,
	creating,
	fromAgent,
	hailuoTool,
	readAnswer,
	referring,
	talk,
	toolItems,
	type AgentHost,
	type AgentVersion,
} from './support/agent';
import { hintsOf } from './support/durable';
import { startSuite, type Suite } from './support/suite';

let host: AgentHost;
let suite: Suite;
let close: () => Promise<void>;

beforeAll(async () => {
	({ host, close } = await startTogether(async (started) => {
		const model = started.adopt(await startChatModel(), async (it) => await it.close());
		const options = { simulator: { jobDurationMs: 1_000 } };
		const own = started.adopt(await startSuite(options), async (it) => await it.close());
		return { host: await agentHost(own, model), close: async () => await started.disposeAsync() };
	}));
	({ suite } = host);
});

afterAll(async () => {
	await close();
});

/** A model's call that makes a video. */
const make = (tool: string, prompt: string, values: Record<string, unknown> = {}) => ({
	calls: [{ tool, values: { Prompt: prompt, Resolution: '768P', Duration: 10, ...values } }],
});

/** A model's call about the job in an answer of the tool that made it. */
const askFor = (tool: string, answers: readonly string[]) => ({
	calls: [{ tool, values: { Job_ID: readAnswer(answers[0])['jobId'] } }],
});

describe('an agent', () => {
	const hosts: Array<[string, (typeof PROVIDERS)[number], AgentVersion]> = [
		...PROVIDERS.map((provider): (typeof hosts)[number] => [LABELS[provider], provider, 3.1]),
		['EvoLink, with an agent of version 2.2', 'evolink', 2.2],
	];

	test.concurrent.each(hosts)('creates, waits for and gets a video by %s', async (_label, provider, version) => {
		const prompt = `three tools of ${provider} in ${version}`;
		// Models give numbers as text, too.
		const parameters = creating('create', { duration: fromAgent('Duration', 'Seconds') }, provider);
		const tools = [
			hailuoTool('Create a video', parameters, suite.credentials),
			hailuoTool('Wait for a video', referring('wait', {}, provider), suite.credentials),
			hailuoTool('Get a video', referring('get', {}, provider), suite.credentials),
		];

		const { conversation, output } = await talk(
			host,
			tools,
			[
				make('Create_a_video', prompt, { Duration: '10', Resolution: '768p' }),
				(answers) => askFor('Wait_for_a_video', answers),
				(answers) => askFor('Get_a_video', answers),
				(answers) => ({ says: `See ${String(readAnswer(answers[2])['videoUrl'])}` }),
			],
			version,
		);

		const [job, ...others] = jobsAbout(suite, prompt);
		expect(others).toEqual([]);
		const answers = conversation.answers().map((answer) => readAnswer(answer));
		const jobId = expect.stringContaining(job!.id);
		expect(answers).toMatchObject([
			{ provider, jobId, videoUrl: null },
			{ provider, jobId, status: 'succeeded', videoUrl: job!.videoUrl },
			{ provider, jobId, status: 'succeeded', videoUrl: job!.videoUrl },
		]);
		expect(output).toBe(`See ${job!.videoUrl}`);
	});

	test.concurrent('is told what each tool and each of its values is for', async () => {
		const described = { toolDescription: 'For short clips of our products' };
		const tools = [
			hailuoTool('Create a video', creating('create'), suite.credentials),
			hailuoTool('Get a video', referring('get'), suite.credentials),
			hailuoTool('Make a clip', creating('createAndWait', described), suite.credentials),
		];

		const { conversation } = await talk(host, tools, [{ says: 'Nothing to do' }]);

		const [create, get, clip] = conversation.tools().sort((left, right) => left.name.localeCompare(right.name));
		expect(create).toMatchObject({
			name: 'Create_a_video',
			description: expect.stringMatching(/^Starts a Hailuo video .* Every call buys a video\.$/),
			parameters: {
				properties: {
					Prompt: { type: 'string', description: 'What happens in the video' },
					Resolution: { type: 'string', description: '768P or 1080P' },
					Duration: { type: 'number', description: 'Seconds, 6 or 10' },
				},
				required: ['Prompt', 'Resolution', 'Duration'],
			},
		});
		expect(get).toMatchObject({
			name: 'Get_a_video',
			description: expect.stringMatching(/^Looks once .* Costs nothing\.$/),
			parameters: { properties: { Job_ID: { type: 'string' } }, required: ['Job_ID'] },
		});
		expect(clip?.description).toBe('For short clips of our products');
	});

	test.concurrent.each(AGENT_VERSIONS)(
		'of version %s gets a link and no file, even where the file is asked for',
		async (version) => {
			const prompt = `one tool in ${version}`;
			const parameters = creating('createAndWait', { downloadVideo: true });
			const tool = hailuoTool('Make a video', parameters, suite.credentials);

			const { execution, conversation, output } = await talk(
				host,
				[tool],
				[make('Make_a_video', prompt), { says: 'Done' }],
				version,
			);

			const [job] = jobsAbout(suite, prompt);
			expect(output).toBe('Done');
			expect(readAnswer(conversation.answers()[0])).toMatchObject({ status: 'succeeded', videoUrl: job!.videoUrl });
			expect(toolItems(execution, tool.name)).toEqual([expect.not.objectContaining({ binary: expect.anything() })]);
			expect(suite.simulator.requestsOf('cdn').filter(({ path }) => path.includes(job!.id))).toEqual([]);
			expect(hintsOf(execution, tool.name)).toEqual([expect.stringMatching(/^'Download Video' is left out/)]);
		},
	);
});

describe('what goes wrong comes back to the agent as text', () => {
	test.concurrent('a value that is not offered, with those that are, so that it can try again', async () => {
		const prompt = 'second try';
		const tool = hailuoTool('Make a video', creating('createAndWait'), suite.credentials);

		const { conversation } = await talk(
			host,
			[tool],
			[make('Make_a_video', prompt, { Resolution: '4K' }), make('Make_a_video', prompt), { says: 'Done' }],
		);

		const [first, second] = conversation.answers().map((answer) => readAnswer(answer));
		expect(first).toEqual({
			error:
				"'Resolution' '4K' is not offered by EvoLink for Hailuo 2.3; choose 768P or 1080P [item 0]. " +
				'Nothing was sent to the provider and nothing was bought. Change the values named above.',
		});
		expect(second).toMatchObject({ status: 'succeeded' });
		expect(jobsAbout(suite, prompt)).toHaveLength(1);
	});

	test.concurrent("a gateway's own words, without the key they hold", async () => {
		const prompt = 'a gateway that tells keys';
		const { apiKey } = suite.simulator.keys.evolink;
		suite.simulator.addFault({
			kind: 'status',
			status: 401,
			operation: 'create',
			message: `The key ${apiKey} is not known`,
			matches: ({ rawBody }) => rawBody.includes(prompt),
		});
		const tool = hailuoTool('Create a video', creating('create'), suite.credentials);

		const { conversation, output } = await talk(host, [tool], [make('Create_a_video', prompt), { says: 'I see' }]);

		expect(output).toBe('I see');
		expect(conversation.transcript()).not.toContain(apiKey);
		expect(readAnswer(conversation.answers()[0])['error']).toMatch(
			/^EvoLink refused the credential .*It says: The key .* is not known/,
		);
	});
});

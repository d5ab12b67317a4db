/** The main scenarios on the n8n this package is developed with; `npm run test:versions` plays them on older ones. */
import { SCENARIOS } from '../tools/versions/scenarios';
import { startSuite, type Suite } from './support/suite';

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: 600_000 } });
});

afterAll(async () => {
	await suite.close();
});

/** What remains to be seen after a restart, by the scenario's title. */
const rests = new Map<string, () => Promise<void>>();

describe('the packed package', () => {
	test.concurrent.each(SCENARIOS.map((scenario) => [scenario.title, scenario] as const))(
		'%s',
		async (title, scenario) => {
			if ('check' in scenario) await scenario.check(suite);
			else rests.set(title, await scenario.checkOverRestart(suite));
		},
	);
});

describe('after n8n was killed and started again', () => {
	beforeAll(async () => await suite.crashAndRestart());

	test.concurrent.each(SCENARIOS.filter((scenario) => 'checkOverRestart' in scenario).map(({ title }) => title))(
		'%s',
		async (title) => await rests.get(title)!(),
	);
});

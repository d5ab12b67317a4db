import { NodeHelpers, type INodeParameters, type INodeTypeDescription } from 'n8n-workflow';
import { hailuoTriggerCredentials, hailuoTriggerProperties, readTriggerForm } from '../../../nodes/Hailuo/fields/form';
import { describeTrigger } from '../../../nodes/Hailuo/fields/trigger';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import { fill, readerOfAny, shops, visibleFields, visibleNames } from './form';

const EVENTS = ['cancelled', 'failed', 'progress', 'succeeded'];
const DEFAULT_EVENTS = ['succeeded', 'failed', 'cancelled'];

const reporting = providers.filter(({ callbacks }) => callbacks !== undefined);

const fillTrigger = (values: INodeParameters) => fill(values, hailuoTriggerProperties);
const namesOf = (values: INodeParameters) => visibleNames(values, hailuoTriggerProperties);

function choicesOf(name: string, form = hailuoTriggerProperties): unknown[] {
	const field = visibleFields({}, form).find((candidate) => candidate.name === name);
	return (field?.options ?? []).map((option) => ('value' in option ? option.value : undefined));
}

describe("the trigger's form", () => {
	test('untouched starts the workflow when a job of the first provider that reports is over', () => {
		expect(fillTrigger({})).toMatchObject({
			provider: 'apiframe',
			onCallback: 'startWorkflow',
			events: DEFAULT_EVENTS,
		});
	});

	test('has the providers that report, by name', () => {
		expect(choicesOf('provider')).toEqual(['apiframe', 'evolink', 'minimax', 'wiro']);
		expect(choicesOf('provider', describeTrigger(shops))).toEqual(['apiframe', 'evolink', 'minimax', 'unlike', 'wiro']);
	});

	test('says what to do with its address, and has these choices', () => {
		expect(namesOf({})).toEqual(['urlNotice', 'provider', 'credential', 'onCallback', 'events']);
		expect(choicesOf('onCallback')).toEqual(['startWorkflow', 'resumeExecution']);
		expect(choicesOf('events')).toEqual(EVENTS);
	});

	test('is listed with an action for each event, in sentence case', () => {
		const actions = hailuoTriggerProperties
			.filter(({ name }) => name === 'events')
			.flatMap(({ options = [] }) => options.map((option) => ('action' in option ? option.action : undefined)));
		expect(actions).toEqual(['On job cancelled', 'On job failed', 'On job progress', 'On video ready']);
	});

	test('asks for no events where an execution is to be resumed: it wakes at the end of its job alone', () => {
		expect(namesOf({ onCallback: 'resumeExecution' })).not.toContain('events');
		expect(fillTrigger({ onCallback: 'resumeExecution', events: ['progress'] })).not.toHaveProperty('events');
	});

	test.each(reporting)('asks for the credential of $label alone when that is chosen', ({ id, credential }) => {
		const shown = hailuoTriggerCredentials.filter((candidate) =>
			NodeHelpers.displayParameter(
				{ provider: id },
				candidate,
				{ typeVersion: 1 },
				null as unknown as INodeTypeDescription,
			),
		);
		expect(shown.map(({ name, required }) => ({ name, required }))).toEqual([{ name: credential, required: true }]);
	});

	test('knows no credential of a provider that reports nothing', () => {
		expect(hailuoTriggerCredentials.map(({ name }) => name).sort()).toEqual(
			reporting.map(({ credential }) => credential).sort(),
		);
	});
});

describe('the trigger form', () => {
	const read = (values: Record<string, unknown>) => readTriggerForm(readerOfAny(values));

	test.each<[Record<string, unknown>, ReturnType<typeof readTriggerForm>]>([
		[{ events: DEFAULT_EVENTS }, { onCallback: 'startWorkflow', events: ['cancelled', 'failed', 'succeeded'] }],
		[
			{ onCallback: 'startWorkflow', events: ['progress'] },
			{ onCallback: 'startWorkflow', events: ['progress'] },
		],
		[{ onCallback: 'resumeExecution' }, { onCallback: 'resumeExecution', events: [] }],
	])('of %j is read', (values, expected) => {
		expect(read(values)).toEqual(expected);
	});

	test.each<[string, unknown, string[]]>([
		['words that are no events', ['succeeded', 'exploded', 7, null], ['succeeded']],
		['a word twice', ['failed', 'failed'], ['failed']],
		['no list', 'succeeded', []],
		['nothing', null, []],
	])('with %s for events takes what it knows', (_what, events, expected) => {
		expect(read({ events }).events).toEqual(expected);
	});

	test.each(['sleep', null, {}])('with %j for what a callback does starts the workflow', (onCallback) => {
		expect(read({ onCallback, events: ['failed'] })).toEqual({ onCallback: 'startWorkflow', events: ['failed'] });
	});
});

import { readCallbackForm, type CallbackForm } from '../../../nodes/Hailuo/fields/form';
import { choicesOf, readerOf, readerOfAny, shops, visibleFields, visibleNames } from './form';

const EXPRESSION = '={{ $json.anything }}';
const ADDRESS = 'https://n8n.example.com/webhook/5f0c1a52/hailuo';
const CHOICES = ['none', 'thisExecution', 'url'];

const reporting = shops.filter(({ callbacks }) => callbacks !== undefined);
const shopOf = (id: string) => shops.find((shop) => shop.id === id)!;
const read = (values: Record<string, unknown>, provider = 'apiframe') =>
	readCallbackForm(readerOfAny(values), shopOf(provider));

describe('a callback', () => {
	test.each(reporting)('is offered for $label on Create Video', ({ id, callbacks }) => {
		const choices = CHOICES.filter((choice) => choice !== 'thisExecution' || callbacks?.resumesExecution);
		expect(choicesOf('callback', { provider: id, operation: 'create' })).toEqual(choices);
	});

	test.each(['createAndWait', 'get', 'wait', 'cancel'])('is not there on %s, whatever is left behind', (operation) => {
		const left = { operation, callback: 'url', callbackUrl: ADDRESS };
		for (const { id } of shops) {
			expect(visibleNames({ ...left, provider: id })).not.toContain('callback');
			expect(visibleNames({ ...left, provider: id, callback: EXPRESSION })).not.toContain('callbackUrl');
		}
	});

	test('is not there for AI/ML API, whatever is left behind', () => {
		const left = { provider: 'aimlApi', operation: 'create', callback: 'url', callbackUrl: ADDRESS };
		expect(visibleNames(left).filter((name) => name.startsWith('callback'))).toEqual([]);
		expect(readCallbackForm(readerOf(left), shopOf('aimlApi'))).toEqual({ choice: 'none', url: '', problems: [] });
	});

	const descriptionOf = (name: string, provider: string) =>
		visibleFields({ provider, operation: 'create', callback: 'url' }).find((field) => field.name === name)?.description;

	test.each(reporting)('of $label says where the address has to be https', ({ id, callbacks }) => {
		expect(descriptionOf('callbackUrl', id)?.includes('https only')).toBe(callbacks?.httpsOnly);
	});
});

describe('the address of a callback', () => {
	test.each([
		['none', false],
		['thisExecution', false],
		['url', true],
		[EXPRESSION, true],
	])('beside %s is shown: %s', (callback, shown) => {
		for (const { id } of reporting) {
			const names = visibleNames({ provider: id, operation: 'create', callback });
			expect(names.filter((name) => name === 'callbackUrl')).toEqual(shown ? ['callbackUrl'] : []);
		}
	});
});

describe('the callback form', () => {
	test.each<[Record<string, unknown>, Omit<CallbackForm, 'problems'>]>([
		[{}, { choice: 'none', url: '' }],
		[{ callback: ' none ' }, { choice: 'none', url: '' }],
		[
			{ callback: 'thisExecution', callbackUrl: ADDRESS },
			{ choice: 'thisExecution', url: '' },
		],
		[
			{ callback: 'url', callbackUrl: ` ${ADDRESS} ` },
			{ choice: 'url', url: ADDRESS },
		],
		[
			{ callback: 'url', callbackUrl: 'http://n8n.example.com/hook' },
			{ choice: 'url', url: 'http://n8n.example.com/hook' },
		],
	])('of %j is read', (values, expected) => {
		expect(read(values)).toEqual({ ...expected, problems: [] });
	});

	test.each<[string, Record<string, unknown>, string]>([
		[
			'apiframe',
			{ callback: 'always' },
			`'Callback' is 'always'; choose None ('none'), This Execution ('thisExecution') or URL ('url')`,
		],
		[
			'apiframe',
			{ callback: null },
			`'Callback' is empty; choose None ('none'), This Execution ('thisExecution') or URL ('url')`,
		],
		['aimlApi', { callback: 'thisExecution' }, `'Callback' is not offered by AI/ML API: it reports nothing`],
		[
			'unlike',
			{ callback: 'thisExecution' },
			`'Callback' cannot be 'This Execution' with Unlike Others, which tries the address before the execution waits; give the address of a Hailuo Trigger, or 'None'`,
		],
		['aimlApi', { callback: 'url' }, `'Callback' is not offered by AI/ML API: it reports nothing`],
		['wiro', { callback: 'url' }, `'Callback URL' is empty`],
		[
			'wiro',
			{ callback: 'url', callbackUrl: 'n8n.example.com' },
			`'Callback URL' 'n8n.example.com' is not a web address that begins with https:// or http://`,
		],
		[
			'wiro',
			{ callback: 'url', callbackUrl: 'file:///etc/passwd' },
			`'Callback URL' 'file:///etc/passwd' is not a web address that begins with https:// or http://`,
		],
		[
			'wiro',
			{ callback: 'url', callbackUrl: { url: 'https://n8n.example.com' } },
			`'Callback URL' is an object, which is no text`,
		],
		[
			'wiro',
			{ callback: 'url', callbackUrl: 'https://me:secret@n8n.example.com/hook' },
			`'Callback URL' holds a user name or a password; give an address that opens without signing in`,
		],
		[
			'wiro',
			{ callback: 'url', callbackUrl: 'https://a.example.com/hook, https://b.example.com/hook' },
			`'Callback URL' holds more than one address; give one`,
		],
		[
			'evolink',
			{ callback: 'url', callbackUrl: 'http://n8n.example.com/hook' },
			`'Callback URL' begins with http://; EvoLink takes https only`,
		],
	])('at %s of %j says what makes no sense', (provider, values, problem) => {
		expect(read(values, provider).problems).toEqual([problem]);
	});
});

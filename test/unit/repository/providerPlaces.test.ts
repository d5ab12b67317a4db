/** Where providers are listed by hand, because nothing can draw it from the registry: each place has all of them. */
import { Hailuo } from '../../../nodes/Hailuo/Hailuo.node';
import { joinWords } from '../../../nodes/Hailuo/core/video/words';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import { GATEWAYS } from '../../tools/host/gateways';
import { CALLING_PROVIDERS, KEYED_PROVIDERS, PROVIDER_NAMES } from '../../tools/simulator/types';
import { firstCells } from '../../tools/support/documents';
import { LABELS } from '../../tools/support/gateways';
import { listFiles, readRepositoryFile } from '../../tools/support/repository';

const ids = providers.map(({ id }) => id);
const labels = providers.map(({ label }) => label);
const reporting = providers.filter(({ callbacks }) => callbacks !== undefined);
const manifest = JSON.parse(readRepositoryFile('package.json'));

const inQuotes = (names: readonly string[]) => names.map((name) => `\`${name}\``);
const labelsOfReporting = reporting.map(({ label }) => label);

describe('every provider is named', () => {
	test.each<[string, readonly string[], readonly string[]]>([
		['test/tools/simulator/types.ts, PROVIDER_NAMES', PROVIDER_NAMES, ids],
		['test/tools/simulator/types.ts, CALLING_PROVIDERS', CALLING_PROVIDERS, reporting.map(({ id }) => id)],
		[
			'test/tools/simulator/types.ts, KEYED_PROVIDERS',
			KEYED_PROVIDERS,
			providers.filter(({ idempotentCreate }) => idempotentCreate !== undefined).map(({ id }) => id),
		],
		['test/tools/support/gateways.ts, LABELS', Object.values(LABELS), labels],
		['test/tools/host/gateways.ts, provider', GATEWAYS.map(({ provider }) => provider), ids],
		['test/tools/host/gateways.ts, label', GATEWAYS.map(({ label }) => label), labels],
		[
			'test/tools/host/gateways.ts, credentialType',
			GATEWAYS.map(({ credentialType }) => credentialType),
			providers.map(({ credential }) => credential),
		],
		[
			'docs/callbacks-and-trigger.md, the table of gateways',
			firstCells('docs/callbacks-and-trigger.md', 'Callbacks', 'Gateway'),
			labels,
		],
	])('in %s', (_place, listed, expected) => {
		expect([...listed].sort()).toEqual([...expected].sort());
	});

	test.each<[string, string]>([
		['package.json', joinWords(labels, 'and')],
		['README.md', joinWords(labels, 'and')],
		['docs/moving.md', joinWords(labels, 'or')],
		['docs/callbacks-and-trigger.md', `${joinWords(labelsOfReporting, 'and')} can call an address`],
		['docs/callbacks-and-trigger.md', `at which ${joinWords(labelsOfReporting, 'or')} report`],
		['docs/callbacks-and-trigger.md', `\`provider\` | ${joinWords(inQuotes(reporting.map(({ id }) => id)), 'or')} |`],
		['docs/failures.md', `Choose ${joinWords(labelsOfReporting, 'or')} for the trigger`],
		['docs/reference.md', `| \`provider\` | text | ${joinWords(inQuotes(ids), 'or')} |`],
		['.github/ISSUE_TEMPLATE/bug.yml', labels.map((label) => `- ${label}`).join(' ')],
		['.github/ISSUE_TEMPLATE/feature.yml', labels.map((label) => `- label: ${label}`).join(' ')],
	])('in %s, as "%s"', (file, words) => {
		expect(readRepositoryFile(file).replace(/\s+/g, ' ')).toContain(words);
	});

	test.each(['package.json', ...listFiles('nodes', '.node.json')])('among the words to search for of %s', (file) => {
		const { keywords, alias } = JSON.parse(readRepositoryFile(file));
		expect(keywords ?? alias).toEqual(expect.arrayContaining(ids.map((id) => id.toLowerCase())));
	});

	test("in the node's description", () => {
		expect(new Hailuo().description.description).toContain(joinWords(labels, 'or'));
	});

	test('by its key among the variables that CONTRIBUTING explains', () => {
		const explained = readRepositoryFile('CONTRIBUTING.md');
		expect(ids.filter((id) => !explained.includes(`\`HAILUO_${id.toUpperCase()}_KEY\``))).toEqual([]);
	});

	test('by its number in words', () => {
		const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven'];
		const words = `${NUMBERS[providers.length]} gateways`;
		const places = [manifest.description, ...listFiles('docs', '.md').map(readRepositoryFile)].join(' ');
		const counted = `${readRepositoryFile('README.md')} ${places}`.match(/\b(\w+) gateways\b/g) ?? [];
		const numbers = counted.filter((found) => NUMBERS.includes(found.split(' ')[0]!));
		expect(numbers.filter((found) => found !== words && !found.startsWith('two '))).toEqual([]);
		expect(numbers).toContain(words);
	});
});

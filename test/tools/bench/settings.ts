import { parseArgs } from 'node:util';
import { BENCHES } from './benches';

const DEFAULT_RUNS = 3;

export const USAGE = `npm run bench -- [table ...] [--runs <number>] [--json <file>]
npm run bench -- --page [--runs <number>] [--json <file>]
npm run bench -- --page --from <file>

Without a table, all of them:
${Object.entries(BENCHES)
	.map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`)
	.join('\n')}

  --runs   how often each figure is measured, default ${DEFAULT_RUNS}; tables show medians
  --json   a file for every single measurement
  --page   measures all tables and writes them into README.md, with their charts below docs/images (about 15 minutes)
  --from   draws from such a file instead of measuring`;

/** What the command line asks for. */
export interface Settings {
	tables: string[];
	runs: number;
	jsonFile: string | undefined;
	writesPage: boolean;
	fromFile: string | undefined;
}

/**
 * @param words the command line behind the script's name
 * @throws Error in words for the person who typed them
 */
export function readSettings(words: readonly string[]): Settings | 'help' {
	const { values, positionals } = parseArgs({
		args: [...words],
		allowPositionals: true,
		options: {
			runs: { type: 'string' },
			json: { type: 'string' },
			page: { type: 'boolean' },
			from: { type: 'string' },
			help: { type: 'boolean' },
		},
	});
	if (values.help) return 'help';
	const stranger = positionals.find((name) => !Object.hasOwn(BENCHES, name));
	if (stranger !== undefined) throw new Error(`There is no table ${stranger}\n\n${USAGE}`);
	if (values.page && positionals.length > 0) throw new Error('--page takes no table: the page has all of them');
	const runs = Number(values.runs ?? DEFAULT_RUNS);
	if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs takes a whole number, not ${values.runs}`);
	return {
		tables: positionals.length > 0 ? positionals : Object.keys(BENCHES),
		runs,
		jsonFile: values.json,
		writesPage: values.page ?? false,
		fromFile: values.from,
	};
}

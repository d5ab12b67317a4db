/** How the result of the version matrix is told. */
import { markdownTable } from 'markdown-table';

/** `message` says what is wrong. */
export type Outcome = { works: true } | { works: false; message: string };

/** What came of one version of n8n: outcomes in the order of the scenarios, or why there are none. */
export type VersionResult =
	{ version: string; node: string; outcomes: readonly Outcome[] } | { version: string; problem: string };

/** What somebody else has written, on one line of a list. */
function oneLine(text: string): string {
	return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}

/**
 * Writes the matrix as Markdown.
 *
 * @param titles of the scenarios
 * @param date of the test, YYYY-MM-DD
 */
export function writeTable(titles: readonly string[], results: readonly VersionResult[], date: string): string {
	const tested = results.flatMap((result) => ('outcomes' in result ? [result] : []));
	const rows = [
		['n8n', ...tested.map(({ version }) => version)],
		['Node', ...tested.map(({ node }) => node)],
		...titles.map((title, index) => [
			title,
			...tested.map(({ outcomes }) => (outcomes[index]?.works ? 'works' : 'fails')),
		]),
	];
	const notes = results.flatMap((result) =>
		'problem' in result
			? [`- ${result.version}: not tested: ${oneLine(result.problem)}`]
			: result.outcomes.flatMap((outcome, index) =>
					outcome.works ? [] : [`- ${result.version}, ${titles[index]}: fails: ${oneLine(outcome.message)}`],
				),
	);
	const parts = [
		`Tested on ${date}, on a clean n8n with SQLite.`,
		tested.length > 0 ? markdownTable(rows) : '',
		notes.join('\n'),
	];
	return parts.filter((part) => part !== '').join('\n\n');
}

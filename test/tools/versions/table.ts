/** How the result of the version matrix is told. */

/** `message` says what is wrong. */
export type Outcome = { works: true } | { works: false; message: string };

/** What came of one version of n8n: outcomes in the order of the scenarios, or why there are none. */
export type VersionResult =
	{ version: string; node: string; outcomes: readonly Outcome[] } | { version: string; problem: string };

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** What somebody else has written, on one line of a table or list. */
function oneLine(text: string): string {
	return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim().slice(0, 300);
}

/**
 * Writes the matrix as Markdown.
 *
 * @param titles of the scenarios
 * @param date of the test, YYYY-MM-DD
 */
export function writeTable(titles: readonly string[], results: readonly VersionResult[], date: string): string {
	const tested = results.flatMap((result) => ('outcomes' in result ? [result] : []));
	const lines = [`Tested on ${date}, on a clean n8n with SQLite.`, ''];
	if (tested.length > 0) {
		lines.push(row(['n8n', ...tested.map(({ version }) => version)]));
		lines.push(row(['---', ...tested.map(() => '---')]));
		lines.push(row(['Node', ...tested.map(({ node }) => node)]));
		for (const [index, title] of titles.entries())
			lines.push(row([title, ...tested.map(({ outcomes }) => (outcomes[index]?.works ? 'works' : 'fails'))]));
		lines.push('');
	}
	const notes = [
		...tested.flatMap(({ version, outcomes }) =>
			outcomes.flatMap((outcome, index) =>
				outcome.works ? [] : [`- ${version}, ${titles[index] ?? ''}: fails: ${oneLine(outcome.message)}`],
			),
		),
		...results.flatMap((result) =>
			'problem' in result ? [`- ${result.version}: not tested: ${oneLine(result.problem)}`] : [],
		),
	];
	return [...lines, ...(notes.length > 0 ? [...notes, ''] : [])].join('\n').trimEnd();
}

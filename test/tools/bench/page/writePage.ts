import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { REPOSITORY } from '../../host/paths';
import { putBetweenMarks } from '../../support/marks';
import type { Bench } from '../table';
import { drawChart } from './drawChart';
import { chartsOf, IMAGES, renderPage, tablesOf } from './page';
import type { Results } from './results';

const README = path.join(REPOSITORY, 'README.md');

/**
 * Writes a run into README.md, between the page's marks, and its charts below docs/images.
 * @param benches in the order of the page
 * @returns the files written
 * @throws Error when README.md lacks a mark, before anything is written
 */
export async function writePage(results: Results, benches: Record<string, Bench>): Promise<string[]> {
	const tables = tablesOf(results, benches);
	const settings = await resolveConfig(README);
	const page = await format(renderPage(results, tables), { ...settings, parser: 'markdown', proseWrap: 'always' });
	const readme = putBetweenMarks(await readFile(README, 'utf8'), 'bench', page.trim());
	const folder = path.join(REPOSITORY, IMAGES);
	await mkdir(folder, { recursive: true });
	const charts = await Promise.all(
		chartsOf(tables).map(async (chart) => ({ file: path.join(folder, chart.file), svg: await drawChart(chart) })),
	);
	await Promise.all(charts.map(({ file, svg }) => writeFile(file, svg)));
	await writeFile(README, readme);
	return [README, ...charts.map(({ file }) => file)];
}

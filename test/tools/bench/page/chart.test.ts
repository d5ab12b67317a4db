import { altTextOf, type Chart, specOf } from './chart';
import { drawChart, drawSpecification } from './drawChart';

const CHART: Chart = {
	file: 'batch-time.svg',
	title: 'Time by items',
	xTitle: 'Items',
	xScale: 'doubling',
	yTitle: 'Seconds',
	unit: 's',
	points: [
		{ series: 'Hailuo node', x: 1, y: 4 },
		{ series: 'Hailuo node', x: 128, y: 8.26 },
		{ series: 'Built-in node', x: 1, y: 15 },
		{ series: 'Built-in node', x: 8, y: 120 },
	],
};

test("a chart's specification holds exactly the run's points, and a background of its own", () => {
	expect(specOf(CHART)).toMatchObject({ data: { values: CHART.points }, background: '#ffffff' });
});

test('a chart has a text for who cannot see it', () => {
	expect(altTextOf(CHART)).toBe(
		'Time by items. Seconds by items. Hailuo node: 4.0 s at 1, 8.3 s at 128; Built-in node: 15.0 s at 1, 120 s at 8.',
	);
});

test('a drawn chart names every series, axis and number of items, and marks each point', async () => {
	const svg = await drawChart(CHART);
	const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
	const named = ['Time by items', 'Items', 'Seconds', 'Hailuo node', 'Built-in node', '1', '8', '128'];
	expect(texts).toEqual(expect.arrayContaining(named));
	expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(CHART.points.length);
	expect(svg).not.toMatch(/NaN|undefined/);
});

test('a specification that Vega-Lite only remarks upon is refused', async () => {
	const doubtful = { ...specOf(CHART), encoding: { z: { field: 'x', type: 'quantitative' } } };
	await expect(drawSpecification(doubtful)).rejects.toThrow('z-encoding');
});

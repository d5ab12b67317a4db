/** A line chart, drawn from a run's data; which program draws it is `drawChart.ts`'s affair. */
export interface Chart {
	/** Below docs/images. */
	file: string;
	title: string;
	xTitle: string;
	/** `doubling`: each step along the axis is twice as much. */
	xScale: 'linear' | 'doubling';
	yTitle: string;
	/** Of y, for the text that stands for the picture. */
	unit: string;
	/** Series in the order in which the legend names them, each from left to right. */
	points: readonly ChartPoint[];
}

export interface ChartPoint {
	series: string;
	x: number;
	y: number;
}

const WIDTH = 680;
const HEIGHT = 320;

/** Okabe and Ito's colours, which people with any kind of colour vision can tell apart; dark enough on white. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'];
const SHAPES = ['circle', 'square', 'diamond', 'triangle-up', 'cross', 'triangle-down'];
const TEXT = '#24292f';
const GRID = '#d8dee4';

const distinct = <Value>(values: readonly Value[]): Value[] => [...new Set(values)];

/**
 * @returns a Vega-Lite specification with an opaque background, so that it reads on a dark page as on a white one
 */
export function specOf({ title, xTitle, xScale, yTitle, points }: Chart): Record<string, unknown> {
	const series = distinct(points.map((point) => point.series));
	const ticks = distinct(points.map(({ x }) => x)).sort((one, other) => one - other);
	const legend = { title: null, orient: 'bottom', columns: 2, labelLimit: 0 };
	return {
		$schema: 'https://vega.github.io/schema/vega-lite/v6.json',
		background: '#ffffff',
		padding: 16,
		width: WIDTH,
		height: HEIGHT,
		title: { text: title, anchor: 'start', offset: 16 },
		data: { values: points },
		mark: { type: 'line', point: { filled: true, size: 70 }, strokeWidth: 2.5 },
		encoding: {
			x: {
				field: 'x',
				type: 'quantitative',
				title: xTitle,
				scale: xScale === 'doubling' ? { type: 'log', base: 2, nice: false } : { nice: false },
				axis: { values: ticks, format: 'd', grid: false, labelFlush: false },
			},
			y: { field: 'y', type: 'quantitative', title: yTitle, scale: { zero: true }, axis: { tickCount: 6 } },
			color: { field: 'series', type: 'nominal', sort: null, scale: { domain: series, range: COLOURS }, legend },
			shape: { field: 'series', type: 'nominal', sort: null, scale: { domain: series, range: SHAPES }, legend },
		},
		config: {
			font: 'Helvetica, Arial, sans-serif',
			title: { color: TEXT, fontSize: 16, fontWeight: 600 },
			axis: {
				labelColor: TEXT,
				titleColor: TEXT,
				labelFontSize: 12,
				titleFontSize: 12,
				titleFontWeight: 'normal',
				gridColor: GRID,
				domainColor: GRID,
				tickColor: GRID,
			},
			legend: { labelColor: TEXT, labelFontSize: 12, symbolSize: 90 },
			view: { stroke: null },
		},
	};
}

function describePoint({ x, y }: ChartPoint, unit: string): string {
	return `${y.toFixed(y < 100 ? 1 : 0)} ${unit} at ${x}`;
}

/** @returns what the chart shows, for who cannot see it */
export function altTextOf({ title, xTitle, yTitle, unit, points }: Chart): string {
	const lines = distinct(points.map(({ series }) => series)).map((name) => {
		const own = points.filter(({ series }) => series === name);
		return `${name}: ${own.map((point) => describePoint(point, unit)).join(', ')}`;
	});
	return `${title}. ${yTitle} by ${xTitle.toLowerCase()}. ${lines.join('; ')}.`;
}

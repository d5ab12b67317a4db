import path from 'node:path';
import { NODE_BINARY } from '../../host/paths';
import { runCommand } from '../../host/steps';
import { type Chart, specOf } from './chart';

/**
 * @param specification of Vega-Lite
 * @returns SVG
 * @throws CommandFailed with Vega's words when there is anything to say against it
 */
export async function drawSpecification(specification: Record<string, unknown>): Promise<string> {
	return runCommand(NODE_BINARY, [path.join(__dirname, 'drawSpec.mjs'), JSON.stringify(specification)]);
}

/** @returns the chart as SVG */
export async function drawChart(chart: Chart): Promise<string> {
	return drawSpecification(specOf(chart));
}

import path from 'node:path';
import { NODE_BINARY, REPOSITORY } from '../../host/paths';
import { runCommand, runStep } from '../../host/steps';
import { benchOf } from '../table';
import { presentOverhead } from './present';

/** n8n-core's engine loads what lies in dist as soon as the measuring code is loaded. */
async function buildPackage(): Promise<void> {
	const gulp = path.join(REPOSITORY, 'node_modules/gulp/bin/gulp.js');
	await runStep('Building', () => runCommand(NODE_BINARY, [gulp, 'build'], { cwd: REPOSITORY }));
}

export const overhead = benchOf(async (options) => {
	await buildPackage();
	const { measureOverhead } = await import('./measure');
	return measureOverhead(options);
}, presentOverhead);

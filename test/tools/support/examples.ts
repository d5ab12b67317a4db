import type { Workflow } from '../host/n8nTypes';
import { readRepositoryFile } from './repository';

/** The workflows of examples/, by what a person runs, with the workflow that runs beside it where there is one. */
const EXAMPLES = {
	'first-video': [],
	'batch-of-prompts': [],
	'sheet-to-videos': [],
	'durable-batch': [],
	'loop-as-finished': [],
	'fire-and-forget': ['fire-and-forget-receive'],
	'trigger-resumes': ['trigger-resumes-receive'],
	'compare-gateways': [],
	'save-video': [],
	'ai-agent': [],
} as const satisfies Record<string, readonly string[]>;

export type ExampleName = keyof typeof EXAMPLES;

/** Every file of examples/ that a person can import, with its folder. */
export const exampleFiles = Object.entries(EXAMPLES).flatMap(([name, partners]) =>
	[name, ...partners].map((each) => `examples/${each}.json`),
);

/** Reads an example as it is in its file. */
export function readExample(name: ExampleName | (typeof EXAMPLES)[ExampleName][number]): Workflow {
	return JSON.parse(readRepositoryFile(`examples/${name}.json`)) as Workflow;
}

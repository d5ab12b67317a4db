import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { listFiles, readRepositoryFile, repositoryRoot } from './repository';

/** Every text of the repository that people read, by path. */
export const documents: string[] = [
	...listFiles('.github', '.md'),
	'CHANGELOG.md',
	'CONTRIBUTING.md',
	'README.md',
	'SECURITY.md',
	...listFiles('docs', '.md'),
	...listFiles('examples', '.md'),
];

interface Heading {
	title: string;
	depth: number;
	line: number;
}

/** Code between fences, whose comments look like headings, is left out. */
function headingsOf(lines: readonly string[]): Heading[] {
	let isCode = false;
	return lines.flatMap((text, line) => {
		if (/^\s*```/.test(text)) isCode = !isCode;
		const [, marks, title] = /^(#+) (.+)$/.exec(text) ?? [];
		return isCode || marks === undefined || title === undefined ? [] : [{ title, depth: marks.length, line }];
	});
}

/** The text under a heading, up to the next heading that is not below it. */
export function section(document: string, title: string): string {
	const lines = readRepositoryFile(document).split('\n');
	const headings = headingsOf(lines);
	const start = headings.findIndex((heading) => heading.title === title);
	const found = headings[start];
	if (found === undefined) throw new Error(`${document} has no heading "${title}"`);
	const next = headings.slice(start + 1).find(({ depth }) => depth <= found.depth);
	return lines.slice(found.line + 1, next?.line).join('\n');
}

/** @returns the first table of a section */
export function tableOf(document: string, title: string): string {
	const lines = section(document, title).split('\n');
	const start = lines.findIndex((line) => line.startsWith('|'));
	const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
	return lines.slice(start, length < 0 ? undefined : start + length).join('\n');
}

/** The first cells of the table in a section whose first column has this head. */
export function firstCells(document: string, title: string, head: string): string[] {
	const lines = section(document, title).split('\n');
	const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
	if (start < 0) throw new Error(`${document}, "${title}" has no table that begins with "${head}"`);
	const rows = lines.slice(start + 2);
	const end = rows.findIndex((line) => !line.startsWith('|'));
	return rows.slice(0, end < 0 ? undefined : end).map((line) => line.split(' | ')[0]!.slice(2));
}

/** The anchors that GitHub gives the headings of a document; a repeated title gets a number. */
export function anchorsOf(document: string): string[] {
	const seen = new Map<string, number>();
	return headingsOf(readRepositoryFile(document).split('\n')).map(({ title }) => {
		const anchor = title
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-');
		const count = seen.get(anchor) ?? 0;
		seen.set(anchor, count + 1);
		return count === 0 ? anchor : `${anchor}-${count}`;
	});
}

interface Link {
	/** Undefined for one within the document. */
	file: string | undefined;
	anchor: string | undefined;
	isImage: boolean;
	/** What an image is described by; what a link is called. */
	text: string;
	target: string;
}

/** The links and images of a document that lead into this repository. */
export function linksOf(document: string): Link[] {
	const found = readRepositoryFile(document).matchAll(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g);
	return [...found].flatMap(([, mark, text, target]) => {
		if (/^[a-z]+:/.test(target!)) return [];
		const [path = '', anchor] = target!.split('#');
		const file = path === '' ? undefined : posix.join(posix.dirname(document), path);
		return [{ file, anchor, isImage: mark === '!', text: text!, target: target! }];
	});
}

/** @returns whether a link leads to a file of this repository and, where it names one, to a heading of it */
export function leadsSomewhere(document: string, { file = document, anchor }: Link): boolean {
	if (!existsSync(join(repositoryRoot, file))) return false;
	return anchor === undefined || (file.endsWith('.md') && anchorsOf(file).includes(anchor));
}

import ts from 'typescript';
import { parseFile, walk } from './imports';
import { listFiles } from './repository';

/** What a text in the code reads as, with "…" for what is filled in at run time; undefined for what is no text. */
function readText(node: ts.Node | undefined): string | undefined {
	if (node === undefined) return undefined;
	if (ts.isStringLiteralLike(node)) return node.text;
	if (!ts.isTemplateExpression(node)) return undefined;
	return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}

/** Every text below a node, or in the constant of the same file that it names. */
function textsIn(node: ts.Node, source: ts.SourceFile): string[] {
	const texts: string[] = [];
	walk(node, (inner) => {
		const text = readText(inner);
		if (text !== undefined) texts.push(text);
	});
	if (ts.isIdentifier(node)) {
		walk(source, (candidate) => {
			if (ts.isVariableDeclaration(candidate) && candidate.name.getText() === node.text) {
				const text = readText(candidate.initializer);
				if (text !== undefined) texts.push(text);
			}
		});
	}
	return texts;
}

function collect(read: (node: ts.Node, source: ts.SourceFile) => string[]): string[] {
	const found = listFiles('nodes', '.ts').flatMap((file) => {
		const source = parseFile(file);
		const texts: string[] = [];
		walk(source, (node) => {
			texts.push(...read(node, source));
		});
		return texts;
	});
	return [...new Set(found)];
}

const calledOn = (pattern: RegExp, node: ts.Node): node is ts.CallExpression =>
	ts.isCallExpression(node) && pattern.test(node.expression.getText());

/** The hints the published code can give. */
export function hintsInCode(): string[] {
	return collect((node, source) =>
		calledOn(/\bhints\.(add|addGeneral|push)$/, node) ? textsIn(node.arguments.at(-1)!, source) : [],
	);
}

/** What a refusal of input spells out on the spot, or in a constant of the same file. */
function refusalsIn(node: ts.Node, source: ts.SourceFile): string[] {
	const problems = calledOn(/^inputError$/, node) ? node.arguments[1] : undefined;
	if (problems === undefined || !ts.isArrayLiteralExpression(problems)) return [];
	return problems.elements.flatMap((problem) => textsIn(problem, source));
}

/**
 * The titles of errors that the published code spells out: what stands in the constructor of an error, refusals of input,
 * and sentences about a value, which begin with a label of the form in quotes. Those of requests come from a table that has
 * its own test.
 */
export function titlesInCode(): string[] {
	const hints = hintsInCode();
	return collect((node, source) => {
		const refusals = refusalsIn(node, source);
		if (refusals.length > 0) return refusals;
		const text = readText(node);
		// What is added to a description is no title.
		if (text === undefined || hints.includes(text) || calledOn(/^addSentence$/, node.parent)) return [];
		const isTitle = ts.isNewExpression(node.parent) && /Error$/.test(node.parent.expression.getText());
		// Not a quotation alone, which becomes part of such a sentence.
		const isAboutValue = /^'[\p{Lu}…][^']*'.*\p{L}/u.test(text);
		return isAboutValue || (isTitle && /\p{L}.* /u.test(text.replace('[item …]', ''))) ? [text] : [];
	});
}

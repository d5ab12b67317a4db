import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { tableOf } from '../../tools/support/documents';
import { parseFile, walk } from '../../tools/support/imports';
import { readRepositoryFile, repositoryRoot } from '../../tools/support/repository';

const TABLE = 'What the documents say of n8n';

/** A text without what only sets it in type. */
const plain = (text: string) => text.replace(/[*`]/g, '').replace(/\s+/g, ' ');

const rows = tableOf('CONTRIBUTING.md', TABLE)
	.split('\n')
	.slice(2)
	.map((line) => {
		const [statement = '', where = '', test = ''] = line.slice(2, -2).split(' | ');
		const [, document = ''] = /\]\(([^)#]+)/.exec(where) ?? [];
		const [, file = '', name = ''] = /^`([^`]+)`: "(.+)"$/.exec(test) ?? [];
		return { statement, document: posix.normalize(document), file, name };
	});

/** The texts of a file of tests: what its comments say is none. */
function textsOf(file: string): string[] {
	const texts: string[] = [];
	walk(parseFile(file), (node) => {
		if (ts.isStringLiteralLike(node)) texts.push(node.text);
		else if (ts.isTemplateExpression(node)) texts.push(node.getText());
	});
	return texts;
}

test('there are statements', () => {
	expect(rows.length).toBeGreaterThan(50);
});

test.each(rows)('"$statement" stands in $document', ({ statement, document }) => {
	expect(plain(readRepositoryFile(document))).toContain(plain(statement));
});

test.each(rows)('"$statement" is held by "$name"', ({ file, name }) => {
	expect(file).toMatch(/^test\/(unit|engine|e2e)\/.*\.test\.ts$|^test\/tools\/versions\/scenarios\.ts$/);
	expect(existsSync(join(repositoryRoot, file))).toBe(true);
	expect(name).not.toBe('');
	expect(textsOf(file).filter((text) => text.includes(name))).toHaveLength(1);
});

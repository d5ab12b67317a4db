import { marksOf, putBetweenMarks } from '../../tools/support/marks';

const [BEGIN, END] = marksOf('bench');

describe('putting a text between marks', () => {
	it('replaces what lies between the marks and nothing else', () => {
		const readme = `# Title\n\n${BEGIN}\n\nold figures\n\n${END}\n\n## Next\n`;
		expect(putBetweenMarks(readme, 'bench', 'new figures')).toBe(
			`# Title\n\n${BEGIN}\n\nnew figures\n\n${END}\n\n## Next\n`,
		);
	});

	it('is the same when it is done twice', () => {
		const once = putBetweenMarks(`${BEGIN}\n${END}\n`, 'bench', 'figures');
		expect(putBetweenMarks(once, 'bench', 'figures')).toBe(once);
	});

	it('leaves the parts of others alone', () => {
		const others = `${marksOf('versions').join('\nold\n')}\n`;
		expect(putBetweenMarks(`${others}${BEGIN}${END}`, 'bench', 'new')).toBe(`${others}${BEGIN}\n\nnew\n\n${END}`);
	});

	it.each([
		['no mark', ''],
		['a beginning alone', BEGIN],
		['an end alone', END],
		['the end first', `${END}${BEGIN}`],
		['an end more in front', `${END}${BEGIN}${END}`],
		['both twice', `${BEGIN}${END}${BEGIN}${END}`],
	])('refuses a document with %s', (_case, document) => {
		expect(() => putBetweenMarks(document, 'bench', 'figures')).toThrow('once each');
	});
});

import { parseFlatted } from './flatted';

describe('reading stored execution data', () => {
	it('restores nested values', () => {
		const text = '[{"a":"1","n":1,"no":null},{"list":"2"},["3","4",true],"text",{"deep":"3"}]';
		expect(parseFlatted(text)).toEqual({ a: { list: ['text', { deep: 'text' }, true] }, n: 1, no: null });
	});

	it('restores a value that is shared as one value', () => {
		const { one, other } = parseFlatted('[{"one":"1","other":"1"},{"x":1}]') as { one: object; other: object };
		expect(one).toBe(other);
	});

	it('restores a value that holds itself', () => {
		const self = parseFlatted('[{"me":"0"}]') as { me: unknown };
		expect(self.me).toBe(self);
	});

	it('keeps a text that looks like an index', () => {
		expect(parseFlatted('[{"a":"1"},"7"]')).toEqual({ a: '7' });
	});
});

/** In which order n8n runs the branches behind one node, by which finished items leave a suspended wait early or late. */
import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';
import { aNode, runWorkflow } from '../tools/support/runNode';

type Place = [number, number];

/** Hands items on, and notes that it ran. */
class Marker implements INodeType {
	description: INodeType['description'] = {
		displayName: 'Marker',
		name: 'marker',
		group: ['transform'],
		version: 1,
		description: 'Notes that it ran',
		defaults: { name: 'Marker' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	};

	/** The engine calls this with a context of its own as `this`, so the notes come by closure. */
	execute: NonNullable<INodeType['execute']>;

	constructor(ran: string[]) {
		this.execute = async function (this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
			ran.push(this.getNode().name);
			return await Promise.resolve([this.getInputData()]);
		};
	}
}

/**
 * Runs two branches of two nodes each.
 *
 * @returns the names of the nodes behind the first, in the order in which they ran
 */
async function orderOf(first: Place, second: Place, executionOrder: 'v0' | 'v1'): Promise<string[]> {
	const ran: string[] = [];
	const branch = (name: string, [x, y]: Place) => [
		aNode(name, 'test.marker', {}, { position: [x, y] }),
		aNode(`${name}, then`, 'test.marker', {}, { position: [x + 200, y] }),
	];
	const lead = (...names: string[]) => ({ main: [names.map((node) => ({ node, type: 'main' as const, index: 0 }))] });
	await runWorkflow(
		[aNode('Items', 'test.items'), ...branch('One', first), ...branch('Two', second)],
		{ Items: lead('One', 'Two'), One: lead('One, then'), Two: lead('Two, then') },
		{ credentials: {}, executionOrder, types: { 'test.marker': new Marker(ran) } },
	);
	return ran;
}

const ONE_FIRST = ['One', 'One, then', 'Two', 'Two, then'];
const TWO_FIRST = ['Two', 'Two, then', 'One', 'One, then'];

test.each<[string, Place, Place, string[]]>([
	['higher', [200, -100], [200, 100], ONE_FIRST],
	['higher, however far to the right', [900, -100], [200, 100], ONE_FIRST],
	['lower', [200, 100], [200, -100], TWO_FIRST],
	['level and more to the left', [200, 0], [400, 0], ONE_FIRST],
	['level and more to the right', [400, 0], [200, 0], TWO_FIRST],
])(
	'in the order v1 a branch runs to its end before the next, here one that lies %s',
	async (_where, one, two, order) => {
		expect(await orderOf(one, two, 'v1')).toEqual(order);
	},
);

test("in n8n's old order branches take turns, wherever they lie", async () => {
	const turns = ['One', 'Two', 'One, then', 'Two, then'];
	expect(await orderOf([200, -100], [200, 100], 'v0')).toEqual(turns);
	expect(await orderOf([200, 100], [200, -100], 'v0')).toEqual(turns);
});

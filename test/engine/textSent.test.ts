/** Texts on their way out: whatever an expression has cut, gateways get whole characters. */
import type { INodeParameters } from 'n8n-workflow';
import type { MultipartBody } from '../tools/simulator';
import { aCreate, onStage, PROVIDERS } from './stage';
import { FIRST, place } from './images';

/** Cut in the middle of an emoji, at its beginning and at its end. */
const CUT = ['🚤 on a puddle 🎬'.slice(1, -1), '🎬'.slice(0, 1), 'a \ud83d b \ude80 c'];

/** The texts of a form that reach a gateway. */
const withTexts = (text: string): INodeParameters => ({
	prompt: `Boat ${text}`,
	callback: 'url',
	callbackUrl: 'https://n8n.example.com/hook',
	options: { context: JSON.stringify({ row: text }), idempotencyKey: text, projectId: `7${text}` },
});

describe.each(PROVIDERS)('%s', (provider) => {
	test.each(CUT)('never gets half of %j', (text) =>
		onStage(async ({ simulator, run }) => {
			const { callback, callbackUrl, ...silent } = withTexts(text);
			const texts = provider === 'aimlApi' ? silent : { ...silent, callback, callbackUrl };
			const file = await place(
				provider,
				'hailuo-02',
				{ first: { ...FIRST, fileName: `${text}.png` }, last: null },
				'memory',
			);
			const parameters = [aCreate(provider, texts), { ...file.parameters, ...texts }];
			for (const form of parameters) {
				const { error } = await run(form, { items: [file.item] });
				expect(error).toBeUndefined();
			}
			expect(simulator.jobs).toHaveLength(2);
			for (const { body, headers } of simulator.requestsOf(provider, 'create')) {
				// JSON spells half an emoji as an escape, a form puts the replacement character in its place.
				const sent = JSON.stringify([(body as Partial<MultipartBody>).fields ?? body, headers]);
				expect(sent).not.toMatch(/\\ud[89a-f]|\ufffd/i);
			}
		}),
	);
});

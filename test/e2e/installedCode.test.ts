/** What the documents say of n8n's addresses and of its settings for packages, asked of n8n's own code. Starts nothing. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Constructable } from '@n8n/di';
import { valueAt } from '../../nodes/Hailuo/core/http/read';
import { ensureN8nHost } from '../tools/host/n8nHost';

let host: NodeJS.Require;
const kept = process.env;

beforeAll(async () => {
	const { folder } = await ensureN8nHost();
	host = createRequire(path.join(folder, 'node_modules/n8n/package.json'));
});

afterAll(() => {
	process.env = kept;
});

/** Makes one of n8n's services as a process of n8n does that starts with this environment. */
function serviceOf(file: string, name: string, environment: Record<string, string>): object {
	process.env = { PATH: kept.PATH, N8N_USER_FOLDER: kept.N8N_USER_FOLDER, ...environment };
	const { Container }: typeof import('@n8n/di') = host('@n8n/di');
	Container.reset();
	const services: Record<string, Constructable<object>> = host(file);
	return Container.get(services[name]!);
}

test.each<[string, Record<string, string>, string]>([
	[
		'is that of the newer name where there are both',
		{ N8N_WEBHOOK_URL: 'https://a.example/', WEBHOOK_URL: 'https://b.example/' },
		'https://a.example/',
	],
	['is that of the older name, with a path', { WEBHOOK_URL: 'https://b.example/n8n' }, 'https://b.example/n8n/'],
	['is that of the machine itself without either', {}, 'http://localhost:5678/'],
])('the address that n8n gives away %s', (_which, environment, address) => {
	const service = serviceOf('./dist/services/url.service.js', 'UrlService', environment);
	const ask: unknown = Reflect.get(service, 'getWebhookBaseUrl');
	expect(typeof ask === 'function' && Reflect.apply(ask, service, [])).toBe(address);
});

test.each([
	['N8N_COMMUNITY_PACKAGES_ENABLED', 'enabled', true],
	['N8N_UNVERIFIED_PACKAGES_ENABLED', 'unverifiedEnabled', true],
	['N8N_REINSTALL_MISSING_PACKAGES', 'reinstallMissing', false],
])('n8n reads %s, of which the default is as the documents say', (name, setting, initial) => {
	const read = (environment: Record<string, string>) =>
		valueAt(
			serviceOf(
				'./dist/modules/community-packages/community-packages.config.js',
				'CommunityPackagesConfig',
				environment,
			),
			setting,
		);
	expect(read({})).toBe(initial);
	expect(read({ [name]: String(!initial) })).toBe(!initial);
});

test('n8n holds all of a file in memory at once to keep it in its database, however it comes', async () => {
	const { DatabaseManager }: Record<string, new (...parts: unknown[]) => object> = host(
		'./dist/binary-data/database.manager.js',
	);
	const stored: unknown[] = [];
	const repository = { insert: (row: unknown) => stored.push(valueAt(row, 'data')) };
	const manager = new DatabaseManager!(repository, { dbMaxFileSize: 1 });
	const store: unknown = Reflect.get(manager, 'store');
	const place = { type: 'execution', workflowId: '1', executionId: '7' };
	if (typeof store !== 'function') throw new Error('n8n stores files otherwise');
	await Reflect.apply(store, manager, [place, Readable.from([Buffer.from('piece '), Buffer.from('by piece')]), {}]);
	expect(stored).toEqual([Buffer.from('piece by piece')]);
});

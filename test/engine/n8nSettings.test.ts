/** The settings of n8n that the documents name, as n8n reads them from its environment: their names and their defaults. */
import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Container, type Constructable } from '@n8n/di';
import { valueAt } from '../../nodes/Hailuo/core/http/read';

// They belong to n8n-core, not to this package.
const requireOfHost = createRequire(require.resolve('n8n-core'));
const { GlobalConfig, ExecutionsConfig }: Record<string, Constructable<object>> = requireOfHost('@n8n/config');
const {
	BinaryDataConfig,
}: Record<string, Constructable<object>> = requireOfHost('./binary-data/binary-data.config.js');

const kept = { ...process.env };
const folder = mkdtempSync(join(tmpdir(), 'hailuo-settings-'));

/** Reads a setting as a process of n8n does that starts with this environment. */
function settingOf(
	config: Constructable<object>,
	path: readonly string[],
	environment: Record<string, string>,
): unknown {
	const others = Object.entries(kept).filter(([name]) => !/^(N8N|DB|QUEUE|EXECUTIONS|WEBHOOK)_/.test(name));
	process.env = {
		...Object.fromEntries(others),
		N8N_USER_FOLDER: folder,
		N8N_ENCRYPTION_KEY: 'settings',
		...environment,
	};
	Container.reset();
	return valueAt(Container.get(config), ...path);
}

afterAll(() => {
	process.env = kept;
	rmSync(folder, { recursive: true });
	Container.reset();
});

test.each<[string, Constructable<object>, string, unknown, string, unknown]>([
	['EXECUTIONS_TIMEOUT', ExecutionsConfig!, 'timeout', -1, '600', 600],
	[
		'N8N_DISABLE_PRODUCTION_MAIN_PROCESS',
		GlobalConfig!,
		'endpoints.disableProductionWebhooksOnMainProcess',
		false,
		'true',
		true,
	],
	['N8N_ENDPOINT_WEBHOOK', GlobalConfig!, 'endpoints.webhook', 'webhook', 'hooks', 'hooks'],
	['N8N_ENDPOINT_WEBHOOK_WAIT', GlobalConfig!, 'endpoints.webhookWaiting', 'webhook-waiting', 'wait', 'wait'],
	['N8N_PROXY_HOPS', GlobalConfig!, 'proxy_hops', 0, '1', 1],
	['N8N_LOG_LEVEL', GlobalConfig!, 'logging.level', 'info', 'warn', 'warn'],
	['DB_POSTGRESDB_POOL_SIZE', GlobalConfig!, 'database.postgresdb.poolSize', 2, '10', 10],
	['QUEUE_BULL_REDIS_TIMEOUT_THRESHOLD', GlobalConfig!, 'queue.bull.redis.timeoutThreshold', 10_000, '60000', 60_000],
	['N8N_DEFAULT_BINARY_DATA_MODE', BinaryDataConfig!, 'mode', 'filesystem', 's3', 's3'],
	['N8N_DEFAULT_BINARY_DATA_MODE', BinaryDataConfig!, 'mode', 'filesystem', 'azure', 'azure'],
	['N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE', BinaryDataConfig!, 'dbMaxFileSize', 512, '1024', 1024],
])('n8n reads %s, of which the default is as the documents say', (name, config, path, initial, given, read) => {
	const steps = path.split('.');
	expect(settingOf(config, steps, {})).toBe(initial);
	expect(settingOf(config, steps, { [name]: given })).toBe(read);
});

test('n8n takes no more than 1,024 MB for a file in its database', () => {
	const warned = jest.spyOn(console, 'warn').mockImplementation();
	expect(settingOf(BinaryDataConfig!, ['dbMaxFileSize'], { N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE: '2048' })).toBe(512);
	expect(warned).toHaveBeenCalledTimes(1);
});

test('n8n keeps files in its database in queue mode, and on the disk otherwise', () => {
	expect(settingOf(BinaryDataConfig!, ['mode'], { EXECUTIONS_MODE: 'queue' })).toBe('database');
	expect(settingOf(BinaryDataConfig!, ['mode'], { EXECUTIONS_MODE: 'regular' })).toBe('filesystem');
});

test('n8n keeps files on the disk where N8N_STORAGE_PATH says', () => {
	expect(settingOf(BinaryDataConfig!, ['localStoragePath'], { N8N_STORAGE_PATH: '/shared' })).toBe('/shared');
});

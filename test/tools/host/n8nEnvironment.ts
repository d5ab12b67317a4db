import { searchPath } from './paths';

export const LOOPBACK = '127.0.0.1';

/** What an n8n process does in queue mode; without queue mode there is only the main process. */
export type N8nRole = 'main' | 'worker' | 'webhook';

/** @returns an n8n's address on this machine, without a slash at the end */
export function loopbackUrl(port: number): string {
	return `http://${LOOPBACK}:${port}`;
}

/** Quiet, on loopback, and calling nobody: everything n8n's configuration knows that would speak to n8n's own servers is off. */
export function n8nEnvironment(userFolder: string, port: number, brokerPort: number): Record<string, string> {
	const url = `${loopbackUrl(port)}/`;
	return {
		PATH: searchPath(),
		HOME: userFolder,
		N8N_USER_FOLDER: userFolder,
		N8N_PORT: String(port),
		N8N_HOST: LOOPBACK,
		N8N_LISTEN_ADDRESS: LOOPBACK,
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		N8N_RUNNERS_BROKER_LISTEN_ADDRESS: LOOPBACK,
		WEBHOOK_URL: url,
		N8N_WEBHOOK_URL: url,
		N8N_EDITOR_BASE_URL: url,
		N8N_ENCRYPTION_KEY: 'hailuo-test-host',
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		// Its catalogue is fetched from n8n's servers; packages that lie in the user folder load all the same.
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		// Fetches a list of MCP servers from n8n's servers at every start.
		N8N_DISABLED_MODULES: 'mcp-registry',
		N8N_PYTHON_ENABLED: 'false',
		EXTERNAL_FRONTEND_HOOKS_URLS: '',
		GENERIC_TIMEZONE: 'UTC',
		TZ: 'UTC',
		NO_COLOR: '1',
	};
}

/** A worker serves nothing but its health, which it does only when asked to. */
export function roleEnvironment(role: N8nRole, port: number): Record<string, string> {
	if (role !== 'worker') return {};
	return {
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: LOOPBACK,
	};
}

/**
 * What all processes of a queue-mode n8n have in common.
 * @param mainUrl of the editor
 * @param webhookUrl where production webhooks and waiting executions are reached; when it is another than the main
 * process's, that one does not serve them
 */
export function queueEnvironment(mainUrl: string, webhookUrl: string): Record<string, string> {
	return {
		EXECUTIONS_MODE: 'queue',
		// Else what the editor starts would run in the main process.
		OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
		N8N_DISABLE_PRODUCTION_MAIN_PROCESS: String(webhookUrl !== mainUrl),
		N8N_EDITOR_BASE_URL: `${mainUrl}/`,
		WEBHOOK_URL: `${webhookUrl}/`,
		// It would move the test webhooks as well, which only the main process serves.
		N8N_WEBHOOK_URL: '',
	};
}

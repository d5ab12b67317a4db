import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, selectors, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Under load n8n's editor takes half a minute to open. */
const PATIENCE_MS = 60_000;

/** The attribute by which n8n marks the parts of its editor for tests. */
const TEST_ID = 'data-test-id';

/** Large enough for the whole form of a node; the same on every machine, so that pictures can be compared. */
const WINDOW = { width: 1440, height: 1200 };

const QUIET = [
	'--headless',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/** A browser with one page, as somebody has it who starts it for the first time. */
export interface Browser {
	page: Page;
	close(): Promise<void>;
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

const isRoot = () => process.getuid?.() === 0;

/** @returns the path of a Chromium that is installed on this machine */
export function findBrowser(): string | undefined {
	const folders = (process.env['PATH'] ?? '').split(path.delimiter);
	return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
}

/** Installs Debian's Chromium with the progress apt shows. Without being root nothing can be installed. */
function installBrowser(): void {
	if (!isRoot() || !existsSync('/etc/debian_version')) return;
	process.stdout.write("Installing Chromium from Debian's packages (some hundred megabytes, some minutes) ...\n");
	const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
	const install = () => spawnSync('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'], options);
	if (install().status === 0) return;
	// The lists of packages may be missing, as in a fresh container.
	if (spawnSync('apt-get', ['update'], options).status === 0) install();
}

/**
 * Finds Chromium, and installs it where that can be done.
 *
 * @returns its path; undefined, after saying so, where there is none
 * @throws Error where there is none in CI: there the absence of a test must not pass for its success
 */
export function ensureBrowser(): string | undefined {
	if (findBrowser() === undefined) installBrowser();
	const found = findBrowser();
	if (found !== undefined) return found;
	const message = `No Chromium on the search path (${NAMES.join(', ')}); Debian, Ubuntu: apt install chromium`;
	if (process.env['CI']) throw new Error(message);
	process.stderr.write(`\nTests in a browser are skipped. ${message}\n`);
	return undefined;
}

/**
 * Starts Chromium without a window, on a new and empty user data folder that goes when it is closed.
 *
 * @param executable see ensureBrowser
 */
export async function startBrowser(executable: string): Promise<Browser> {
	selectors.setTestIdAttribute(TEST_ID);
	const userDataFolder = await mkdtemp(path.join(tmpdir(), 'chromium-'));
	const context = await chromium.launchPersistentContext(userDataFolder, {
		executablePath: executable,
		// Chromium's own sandbox does not work for root.
		args: [...QUIET, ...(isRoot() ? ['--no-sandbox'] : [])],
		viewport: WINDOW,
		colorScheme: 'light',
		reducedMotion: 'reduce',
		locale: 'en-US',
		timezoneId: 'UTC',
		timeout: PATIENCE_MS,
	});
	context.setDefaultTimeout(PATIENCE_MS);
	return {
		page: context.pages()[0] ?? (await context.newPage()),
		async close() {
			await context.close();
			await rm(userDataFolder, { recursive: true, force: true, maxRetries: 3 });
		},
	};
}

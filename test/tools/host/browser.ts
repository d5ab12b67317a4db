import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, selectors, type Page } from 'playwright-core';
import { findProgram, installDebianPackages } from './debianPackages';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Debian's name for it. */
export const BROWSER_PACKAGES = ['chromium'];

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

const isRoot = () => process.getuid?.() === 0;

/** @returns the path of a Chromium that is installed on this machine */
export function findBrowser(): string | undefined {
	return findProgram(...NAMES);
}

/** Installs Debian's Chromium where there is none and it can be installed. */
export async function ensureBrowser(): Promise<void> {
	if (findBrowser() === undefined) await installDebianPackages(BROWSER_PACKAGES);
}

/**
 * Starts Chromium without a window, on a new and empty user data folder that goes when it is closed.
 *
 * @throws Error where there is no Chromium
 */
export async function startBrowser(): Promise<Browser> {
	const executablePath = findBrowser();
	if (executablePath === undefined) throw new Error('This machine has no Chromium');
	selectors.setTestIdAttribute(TEST_ID);
	const userDataFolder = await mkdtemp(path.join(tmpdir(), 'chromium-'));
	const context = await chromium.launchPersistentContext(userDataFolder, {
		executablePath,
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

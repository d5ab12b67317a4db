import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeInBrowser } from '../../e2e/support/describe';
import { ensureBrowser } from './browser';

const untouched = { ...process.env };
let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'search-path-'));
	// Without apt-get on the search path nothing can be installed.
	process.env['PATH'] = folder;
	delete process.env['CI'];
});

afterEach(async () => {
	process.env = { ...untouched };
	jest.restoreAllMocks();
	await rm(folder, { recursive: true });
});

describe('without a browser that is there or can be installed', () => {
	const tests = jest.fn();

	it('a person is told what is skipped and how to get it', async () => {
		const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
		const skip = jest.spyOn(describe, 'skip').mockReturnValue(undefined);
		await ensureBrowser();
		describeInBrowser('The form', tests);
		expect(written.mock.calls.join()).toMatch(/NOT TESTED: The form.*apt-get install chromium/);
		expect(skip).toHaveBeenCalledWith(expect.stringContaining('The form'), tests);
	});

	it('CI fails', () => {
		process.env['CI'] = 'true';
		const added = jest.spyOn(globalThis, 'test').mockReturnValue(undefined);
		describeInBrowser('The form', tests);
		const [[title, body] = []] = added.mock.calls;
		expect(title).toBe('The form');
		expect(body).toThrow('Chromium could not be found');
	});
});

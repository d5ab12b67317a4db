import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureBrowser, findBrowser } from './browser';

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
	await rm(folder, { recursive: true });
});

it.each(['chromium', 'chromium-browser', 'google-chrome'])('%s on the search path is the browser', async (name) => {
	const file = path.join(folder, name);
	await writeFile(file, '');
	expect(findBrowser()).toBeUndefined();
	await chmod(file, 0o755);
	expect(findBrowser()).toBe(file);
	expect(ensureBrowser()).toBe(file);
});

describe('without a browser that is there or can be installed', () => {
	it('a person is told what is skipped and how to get it', () => {
		const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
		expect(ensureBrowser()).toBeUndefined();
		expect(said.mock.calls.join()).toMatch(/are skipped.*apt install chromium/);
		said.mockRestore();
	});

	it('CI fails', () => {
		process.env['CI'] = 'true';
		expect(() => ensureBrowser()).toThrow('apt install chromium');
	});
});

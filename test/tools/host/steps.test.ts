import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandFailed, environmentForCommands, LockHeld, runCommand, withFolderLock } from './steps';

let folder: string;
let lock: string;

beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'steps-'));
	lock = path.join(folder, 'lock');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A lock as another process leaves it. */
function lockOf(owner: { pid: number; host: string }): void {
	mkdirSync(lock);
	writeFileSync(path.join(lock, 'owner.json'), JSON.stringify(owner));
}

describe('the lock between processes', () => {
	it('lets one in at a time and goes when the last is done', async () => {
		let inside = 0;
		let most = 0;
		const work = async () => {
			most = Math.max(most, ++inside);
			await pause(20);
			inside--;
		};
		await Promise.all([1, 2, 3].map(() => withFolderLock(lock, work)));
		expect(most).toBe(1);
		expect(existsSync(lock)).toBe(false);
	});

	it('goes when the work fails', async () => {
		await expect(withFolderLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
		expect(existsSync(lock)).toBe(false);
	});

	it('of a living process is respected', async () => {
		lockOf({ pid: process.pid, host: hostname() });
		await expect(withFolderLock(lock, async () => 'done', { wait: false })).rejects.toThrow(LockHeld);
	});

	it('of a process that died is taken over', async () => {
		const { pid } = spawnSync(process.execPath, ['-e', '']);
		lockOf({ pid, host: hostname() });
		expect(await withFolderLock(lock, async () => 'done', { wait: false })).toBe('done');
	});

	it('of another machine is respected while it may still be alive', async () => {
		lockOf({ pid: 1, host: 'another-machine' });
		await expect(withFolderLock(lock, async () => 'done', { wait: false })).rejects.toThrow(LockHeld);
	});
});

describe('a command', () => {
	it('hands back what it printed to standard output alone', async () => {
		const script = 'console.error("noise"); console.log("result")';
		expect(await runCommand(process.execPath, ['-e', script])).toBe('result\n');
	});

	it('that fails shows the beginning and the end of what it printed', async () => {
		const script = 'for (let i = 0; i < 500; i++) console.error("line " + i); process.exitCode = 3';
		const failure: unknown = await runCommand(process.execPath, ['-e', script]).catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(CommandFailed);
		expect(String(failure)).toMatch(/ended with code 3[\s\S]*line 0\n[\s\S]*\[\.\.\.\][\s\S]*line 499/);
	});

	it('that does not exist is named', async () => {
		await expect(runCommand('no-such-command', ['x'])).rejects.toThrow('"no-such-command x" could not be started');
	});

	it("gets the environment without npm's settings for our package", () => {
		expect(
			environmentForCommands({
				PATH: '/bin',
				npm_package_name: 'ours',
				npm_config_ignore_scripts: 'true',
				npm_config_registry: 'https://packages.example',
			}),
		).toEqual({ PATH: '/bin', npm_config_registry: 'https://packages.example' });
	});
});

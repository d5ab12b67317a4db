/**
 * Long steps a person watches, commands whose output matters only when they fail, and a lock between processes.
 * Plain JavaScript, because bootstrap.mjs needs it before any dependency is installed.
 */
const { spawn } = require('node:child_process');
const { mkdir, readFile, rename, rm, stat, utimes, writeFile } = require('node:fs/promises');
const { constants, hostname } = require('node:os');
const path = require('node:path');
const { clearInterval, setInterval } = require('node:timers');
const { setTimeout: pause } = require('node:timers/promises');

const HEARTBEAT_SECONDS = 10;
const KEPT_OUTPUT_CHARACTERS = 400_000;
const SHOWN_FIRST_LINES = 20;
const SHOWN_LAST_LINES = 50;
const PASSED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const say = (line) => process.stdout.write(`${line}\n`);
const secondsSince = (start) => (Date.now() - start) / 1000;

async function runStep(title, work) {
	const start = Date.now();
	say(`${title} ...`);
	const heartbeat = setInterval(
		() => say(`  still at it: ${title} (${secondsSince(start).toFixed(0)} s)`),
		HEARTBEAT_SECONDS * 1000,
	);
	try {
		const result = await work();
		say(`  done in ${secondsSince(start).toFixed(1)} s`);
		return result;
	} catch (error) {
		say(`  failed after ${secondsSince(start).toFixed(1)} s: ${title}`);
		throw error;
	} finally {
		clearInterval(heartbeat);
	}
}

/** Some tools name the cause first and then explain themselves, others name it last. */
function endsOf(output) {
	const lines = output.trimEnd().split('\n');
	if (lines.length <= SHOWN_FIRST_LINES + SHOWN_LAST_LINES) return lines.join('\n');
	const last = lines.slice(-SHOWN_LAST_LINES);
	return [...lines.slice(0, SHOWN_FIRST_LINES), '[...]', ...last].join('\n');
}

class CommandFailed extends Error {
	constructor(commandLine, ending, output) {
		super(`"${commandLine}" ${ending}${output ? `. It printed:\n\n${endsOf(output)}\n` : ''}`);
		this.name = 'CommandFailed';
		this.output = output;
	}
}

/** npm hands its own settings for one package to everything it starts; they would bend npm in another folder. */
function environmentForCommands(environment) {
	const inherited = Object.entries(environment).filter(
		([name]) => !/^npm_(package|lifecycle|command|config_local_prefix|config_prefix|config_ignore_scripts)/.test(name),
	);
	return Object.fromEntries(inherited);
}

function runCommand(command, args, options = {}) {
	const commandLine = [path.basename(command), ...args].join(' ');
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, {
			cwd: options.cwd,
			...options.account,
			env: { ...environmentForCommands(process.env), ...options.env },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let stdout = '';
		let output = '';
		const keep = (text) => {
			if (output.length < KEPT_OUTPUT_CHARACTERS) output += text;
			else output = output.slice(0, KEPT_OUTPUT_CHARACTERS / 2) + (output + text).slice(-KEPT_OUTPUT_CHARACTERS / 2);
		};
		child.stdout.setEncoding('utf8').on('data', (text) => {
			stdout += text;
			keep(text);
		});
		child.stderr.setEncoding('utf8').on('data', keep);

		// A command outliving the run that started it would go on writing where the next run works.
		const passOn = (signal) => {
			child.kill(signal);
			stopPassing();
			process.kill(process.pid, signal);
		};
		const stopPassing = () => PASSED_SIGNALS.forEach((signal) => process.off(signal, passOn));
		PASSED_SIGNALS.forEach((signal) => process.on(signal, passOn));

		child.once('error', (error) => {
			stopPassing();
			reject(new CommandFailed(commandLine, `could not be started (${error.message})`, output));
		});
		child.once('close', (code, signal) => {
			stopPassing();
			if (code === 0) resolve(stdout);
			else
				reject(new CommandFailed(commandLine, signal ? `was ended by ${signal}` : `ended with code ${code}`, output));
		});
	});
}

const LOCK_HEARTBEAT_MS = 5_000;
/** Of another machine's lock (a shared folder) only its heartbeat can be seen. */
const FOREIGN_LOCK_STALE_MS = 60_000;
/** A process id may have been given to somebody else; a run suspended for a while may come back. */
const LOCAL_LOCK_STALE_MS = 10 * 60_000;

function isAlive(processId) {
	try {
		process.kill(processId, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}

/** @returns {Promise<{id: string, owner?: {host: string, pid: number}, stale: boolean} | undefined>} undefined when there is no lock */
async function readLock(folder) {
	const ownerFile = path.join(folder, 'owner.json');
	try {
		const age = Date.now() - (await stat(folder)).mtimeMs;
		const text = await readFile(ownerFile, 'utf8').catch(() => '');
		// Between making the folder and naming the owner there is no owner for a moment.
		if (text === '') return { id: '', stale: age > FOREIGN_LOCK_STALE_MS };
		const owner = JSON.parse(text);
		const heartbeatAge = Date.now() - (await stat(ownerFile)).mtimeMs;
		const stale =
			owner.host === hostname()
				? !isAlive(owner.pid) || heartbeatAge > LOCAL_LOCK_STALE_MS
				: heartbeatAge > FOREIGN_LOCK_STALE_MS;
		return { id: text, owner, stale };
	} catch (error) {
		if (error.code === 'ENOENT') return undefined;
		throw error;
	}
}

/** Moves a stale lock away first: of two processes that find it stale, one succeeds, and neither removes a fresh lock. */
async function removeStaleLock(folder, staleId) {
	const moved = `${folder}.stale-${process.pid}-${Date.now()}`;
	try {
		await rename(folder, moved);
	} catch (error) {
		if (error.code === 'ENOENT') return;
		throw error;
	}
	const movedId = await readFile(path.join(moved, 'owner.json'), 'utf8').catch(() => '');
	if (movedId === staleId) await rm(moved, { recursive: true, force: true });
	else await rename(moved, folder);
}

class LockHeld extends Error {
	constructor(folder, owner) {
		super(`Another run holds ${folder}${owner ? ` (process ${owner.pid} on ${owner.host})` : ''}`);
		this.name = 'LockHeld';
		this.owner = owner;
	}
}

async function takeLock(folder, options) {
	await mkdir(path.dirname(folder), { recursive: true });
	let told = false;
	for (;;) {
		try {
			await mkdir(folder);
			break;
		} catch (error) {
			if (error.code !== 'EEXIST') throw error;
		}
		const lock = await readLock(folder);
		if (lock?.stale) {
			await removeStaleLock(folder, lock.id);
			continue;
		}
		if (lock && options.wait === false) throw new LockHeld(folder, lock.owner);
		if (lock?.owner && !told) {
			told = true;
			say(`Waiting for another run (process ${lock.owner.pid}) that is doing the same`);
		}
		await pause(250);
	}
	const owner = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
	await writeFile(path.join(folder, 'owner.json'), JSON.stringify(owner));
}

async function withFolderLock(folder, work, options = {}) {
	await takeLock(folder, options);
	const ownerFile = path.join(folder, 'owner.json');
	const heartbeat = setInterval(() => {
		const now = new Date();
		utimes(ownerFile, now, now).catch(() => {});
	}, LOCK_HEARTBEAT_MS);
	heartbeat.unref();
	try {
		return await work();
	} finally {
		clearInterval(heartbeat);
		await rm(folder, { recursive: true, force: true });
	}
}

/** Ends this process as a child of it ended, so that a shell or npm sees the child's own ending. */
function endLike(code, signal) {
	if (signal) {
		PASSED_SIGNALS.forEach((name) => process.removeAllListeners(name));
		process.kill(process.pid, signal);
		// Some signals are ignored where this runs (nohup); then say it the shell's way.
		process.exitCode = 128 + (constants.signals[signal] ?? 0);
	} else {
		process.exitCode = code ?? 1;
	}
}

module.exports = {
	CommandFailed,
	endLike,
	LockHeld,
	PASSED_SIGNALS,
	environmentForCommands,
	runCommand,
	runStep,
	withFolderLock,
};

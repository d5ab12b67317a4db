import path from 'node:path';
import { Interrupted } from './interruption';
import { HOST_FOLDER } from './paths';
import { PortTaken } from './ports';
import { endLike, LockHeld, withFolderLock } from './steps';

/** What runs until it is done or a person ends it, and does not run twice at a time: `npm run <name>`. */
export interface HostProgram<Settings> {
	name: 'demo' | 'dev';
	usage: string;
	/** @throws Error about arguments it does not know */
	readSettings(): Promise<Settings | 'help'>;
	run(settings: Settings): Promise<void>;
}

/** Where a program keeps what it leaves behind. */
export function folderOf(name: HostProgram<unknown>['name']): string {
	return path.join(HOST_FOLDER, name);
}

function explain(error: unknown, command: string): string {
	if (error instanceof PortTaken) return `${error.message}. Choose another one: ${command} -- --port ${error.port + 1}`;
	if (error instanceof LockHeld) {
		const where = error.owner ? ` (process ${error.owner.pid})` : '';
		return `${command} is already running${where}. End it with Ctrl-C where it runs.`;
	}
	return error instanceof Error ? error.message : String(error);
}

/** Runs a program to its end, and says in plain words what kept it from running. */
export async function runProgram<Settings>(program: HostProgram<Settings>): Promise<void> {
	try {
		const settings = await program.readSettings();
		if (settings === 'help') {
			process.stdout.write(`${program.usage}\n`);
			return;
		}
		const lock = path.join(folderOf(program.name), 'lock');
		await withFolderLock(lock, () => program.run(settings), { wait: false });
	} catch (error) {
		if (error instanceof Interrupted) {
			endLike(null, error.signal);
			return;
		}
		process.stderr.write(`\n${explain(error, `npm run ${program.name}`)}\n`);
		process.exitCode = 1;
	}
}

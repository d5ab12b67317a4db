import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A user of this machine, as spawn takes it. */
export interface Account {
	uid: number;
	gid: number;
}

/** The user without rights that every Linux has. */
const NOBODY = 'nobody';

/**
 * @returns as whom to run a server that refuses to run as root; undefined when this process is not root
 * @throws Error when the machine has no such user
 */
export async function ordinaryAccount(): Promise<Account | undefined> {
	if (process.getuid?.() !== 0) return undefined;
	const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
	const [, , uid, gid] = accounts.find(([name]) => name === NOBODY) ?? [];
	if (uid === undefined || gid === undefined) throw new Error(`/etc/passwd knows no user ${NOBODY}`);
	return { uid: Number(uid), gid: Number(gid) };
}

/** Begins the names of private folders, and nobody else's. */
const PRIVATE = path.join(tmpdir(), 'hailuo-private-');
/** Ends the names of notes of private folders. */
const NOTE = '.folder';

/**
 * Makes a folder that only the account can use; among the system's temporary ones, which every user can reach.
 * @param program whose folder it is
 * @param noteFolder where a note says which folder was made, for who cleans up after a run that was killed
 */
export async function privateFolder(
	program: string,
	noteFolder: string,
	account: Account | undefined,
): Promise<string> {
	const folder = await mkdtemp(`${PRIVATE}${program}-`);
	await writeFile(path.join(noteFolder, `${program}${NOTE}`), folder);
	if (account !== undefined) await chown(folder, account.uid, account.gid);
	return folder;
}

/** Removes a private folder that a killed run has left. @param file a note, or any other file, of which nothing is done */
export async function removeNotedFolder(file: string): Promise<void> {
	if (!file.endsWith(NOTE)) return;
	const folder = await readFile(file, 'utf8').catch(() => '');
	if (folder.startsWith(PRIVATE)) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

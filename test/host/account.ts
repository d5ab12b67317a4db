import { chown, mkdtemp, readFile } from 'node:fs/promises';
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

/** Makes a folder that only the account can use; among the system's temporary ones, which every user can reach. */
export async function privateFolder(prefix: string, account: Account | undefined): Promise<string> {
	const folder = await mkdtemp(path.join(tmpdir(), prefix));
	if (account !== undefined) await chown(folder, account.uid, account.gid);
	return folder;
}

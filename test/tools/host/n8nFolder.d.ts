/** The file in n8n's folder that says its installation was completed. */
export const STAMP: string;

/** The n8n version to use: HAILUO_N8N_VERSION, or the one this package is developed with. */
export function n8nVersion(): string;

/** Where that n8n is or will be installed: HAILUO_HOST_FOLDER, or a folder of the version's own below .host. */
export function n8nFolder(version?: string): string;

/** Whether npm finished installing that version of n8n; the database driver may still be missing. */
export function packagesAreInstalled(folder: string, version: string): Promise<boolean>;

/** Whether that version of n8n was installed to the end. */
export function n8nIsComplete(folder: string, version: string): Promise<boolean>;

/**
 * Checks all that installing n8n needs, so that nobody waits minutes to hear of a missing compiler.
 * @param folder where n8n will be installed; its disk must have room
 * @returns `nodeDirectory`: the folder with include/node, for node-gyp's --nodedir
 * @throws Error that names everything missing at once and how to get it
 */
export function checkPrerequisites(folder: string): Promise<{ nodeDirectory: string }>;

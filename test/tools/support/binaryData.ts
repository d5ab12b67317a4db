/** Files on items, in the two ways n8n keeps them: inside the item ("memory"), or on the disk with an id on the item. */
import './runNode';

import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Container } from '@n8n/di';
import { BinaryDataConfig, BinaryDataService } from 'n8n-core';
import type { IBinaryData } from 'n8n-workflow';

export const BINARY_MODES = ['memory', 'filesystem'] as const;
export type BinaryMode = (typeof BINARY_MODES)[number];

/** Files of an earlier node, beside those of the runs that `runWorkflow` makes. */
const EARLIER = { type: 'execution', workflowId: 'engine', executionId: 'earlier' } as const;

/** Has n8n store what comes from now on in this way; what is stored already can be read in either. */
export async function keepBinaryDataIn(mode: BinaryMode): Promise<BinaryDataService> {
	const service = Container.get(BinaryDataService);
	Container.get(BinaryDataConfig).mode = mode === 'memory' ? 'default' : 'filesystem';
	await service.init();
	return service;
}

/** Stores a file as a node before ours would. Its name and type are claims: n8n does not look at the bytes. */
export async function aBinary(
	mode: BinaryMode,
	bytes: Buffer,
	fileName: string,
	mimeType: string,
): Promise<IBinaryData> {
	const service = await keepBinaryDataIn(mode);
	return await service.store(EARLIER, bytes, { fileName, mimeType, data: '' });
}

export async function bytesOf(binary: IBinaryData): Promise<Buffer> {
	return await Container.get(BinaryDataService).getAsBuffer(binary);
}

/** Where a file is kept on the disk. */
export function pathOf(binary: IBinaryData): string {
	return Container.get(BinaryDataService).getPath(binary.id ?? '');
}

/** Where n8n keeps the files of all executions of `runWorkflow`. */
function folderOnDisk(): string {
	return Container.get(BinaryDataService).getPath('filesystem-v2:workflows/engine');
}

/** Removes what was stored on the disk. */
export async function removeBinaryData(): Promise<void> {
	await keepBinaryDataIn('filesystem');
	await rm(folderOnDisk(), { recursive: true, force: true });
}

/** The files on the disk; n8n keeps two for each: the bytes, and what is known of them. */
export function filesOnDisk(): string[] {
	const folder = folderOnDisk();
	if (!existsSync(folder)) return [];
	const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
	return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { megabytes, type MediaKind } from '../core/video/media';
import type { DraftMedia } from '../core/video/validate';

async function sizeOf(context: IExecuteFunctions, binary: IBinaryData): Promise<number> {
	if (binary.id === undefined) return Buffer.byteLength(binary.data, 'base64');
	if (binary.bytes !== undefined) return binary.bytes;
	const { fileSize } = await context.helpers.getBinaryMetadata(binary.id);
	return fileSize;
}

function findBinary(context: IExecuteFunctions, itemIndex: number, property: string): IBinaryData | null {
	try {
		return context.helpers.assertBinaryData(itemIndex, property);
	} catch {
		// n8n's own error would hide what else is wrong with the item.
		return null;
	}
}

/**
 * Loads a file from an item's binary data, unless it is too large to be sent anyway.
 *
 * @param property name of the item's binary field
 * @param kind what the file is to be
 * @param limit megabytes that such a file may have
 * @returns a draft of kind `missing` when the item has no such field
 */
export async function loadFile(
	context: IExecuteFunctions,
	itemIndex: number,
	property: string,
	kind: MediaKind,
	limit: number,
): Promise<DraftMedia> {
	const binary = findBinary(context, itemIndex, property);
	if (binary === null) return { kind: 'missing', property };
	const size = await sizeOf(context, binary);
	const fileName = binary.fileName ?? `${kind.slice(0, -1)}.${binary.fileExtension ?? 'bin'}`;
	if (size > megabytes(limit)) return { kind: 'file', bytes: null, size, fileName };
	const bytes = await loadBytes(context, itemIndex, property);
	return { kind: 'file', bytes, size: bytes.length, fileName };
}

/**
 * Loads the bytes of a file that the item is known to have.
 */
export async function loadBytes(context: IExecuteFunctions, itemIndex: number, property: string): Promise<Buffer> {
	return await context.helpers.getBinaryDataBuffer(itemIndex, property);
}

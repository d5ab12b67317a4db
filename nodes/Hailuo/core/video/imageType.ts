import type { ImageType } from './catalog';

const SIGNATURES: ReadonlyArray<{ type: string; matches: (bytes: Uint8Array) => boolean }> = [
	{ type: 'image/jpeg', matches: (bytes) => startsWith(bytes, 0, [0xff, 0xd8, 0xff]) },
	{ type: 'image/png', matches: (bytes) => startsWith(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
	{
		type: 'image/webp',
		matches: (bytes) =>
			startsWith(bytes, 0, [0x52, 0x49, 0x46, 0x46]) && startsWith(bytes, 8, [0x57, 0x45, 0x42, 0x50]),
	},
	{ type: 'image/gif', matches: (bytes) => startsWith(bytes, 0, [0x47, 0x49, 0x46, 0x38]) },
	{ type: 'image/bmp', matches: (bytes) => startsWith(bytes, 0, [0x42, 0x4d]) },
	{ type: 'image/avif', matches: (bytes) => startsWith(bytes, 4, [0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69, 0x66]) },
	{ type: 'image/heic', matches: (bytes) => startsWith(bytes, 4, [0x66, 0x74, 0x79, 0x70, 0x68, 0x65, 0x69, 0x63]) },
	{ type: 'application/pdf', matches: (bytes) => startsWith(bytes, 0, [0x25, 0x50, 0x44, 0x46]) },
];

function startsWith(bytes: Uint8Array, offset: number, signature: readonly number[]): boolean {
	return signature.every((byte, index) => bytes[offset + index] === byte);
}

/**
 * Recognises a file by its first bytes; a name or a declared type proves nothing.
 *
 * @param bytes the file, or at least its first 16 bytes
 * @returns a MIME type (also of common images that no gateway takes, to name them in a message), or null
 */
export function recogniseImage(bytes: Uint8Array): string | null {
	return SIGNATURES.find((signature) => signature.matches(bytes))?.type ?? null;
}

/** How image types are called in messages. */
export const IMAGE_TYPE_LABELS: Record<ImageType, string> = {
	'image/jpeg': 'JPEG',
	'image/png': 'PNG',
	'image/webp': 'WebP',
};

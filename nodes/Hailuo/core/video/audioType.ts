import type { MediaType } from './videoType';

const WAV: MediaType = { mimeType: 'audio/wav', extension: 'wav' };
const MP3: MediaType = { mimeType: 'audio/mpeg', extension: 'mp3' };

/**
 * Recognises a sound of the two kinds that MiniMax-H3 takes (EvoLink's parameter tables) by its first bytes; a name or a
 * declared type proves nothing.
 *
 * @param head the first bytes, a dozen at least
 * @returns null for what is neither WAV nor MP3
 */
export function recogniseAudio(head: Uint8Array): MediaType | null {
	const text = String.fromCharCode(...head.subarray(0, 12));
	if (/^RIFF[^]{4}WAVE/.test(text)) return WAV;
	// ISO 11172-3: eleven bits of sync, and Layer III in the two before the last; AAC has the same sync and no layer.
	const [first = 0, second = 0] = head;
	const isFrame = first === 0xff && (second & 0xe6) === 0xe2;
	return text.startsWith('ID3') || isFrame ? MP3 : null;
}

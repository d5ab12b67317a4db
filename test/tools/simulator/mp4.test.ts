import { anMp4, SMALLEST_VIDEO } from './mp4';

/** The boxes of an mp4, one after another until the end. */
function boxesOf(bytes: Buffer): Array<{ type: string; start: number; end: number }> {
	const boxes: ReturnType<typeof boxesOf> = [];
	for (let start = 0; start < bytes.length; start = boxes.at(-1)!.end) {
		const end = start + Math.max(bytes.readUInt32BE(start), 8);
		boxes.push({ type: bytes.toString('latin1', start + 4, start + 8), start, end });
	}
	return boxes;
}

it.each([SMALLEST_VIDEO, 1021, 5000, 300_000])('an mp4 of %i bytes has its picture where it says', (bytes) => {
	const video = anMp4(bytes);
	expect(video).toHaveLength(bytes);
	const [fileType, movie, media, ...others] = boxesOf(video);
	expect([fileType?.type, movie?.type, media?.type, media?.end, others]).toEqual(['ftyp', 'moov', 'mdat', bytes, []]);
	const table = video.indexOf('stco');
	expect([table > movie!.start, table < movie!.end]).toEqual([true, true]);
	const pictureAt = video.readUInt32BE(table + 12);
	expect(pictureAt).toBe(media!.start + 8);
	// A picture that needs no other one, in H.264.
	expect(video[pictureAt + 4]! & 31).toBe(5);
	expect(pictureAt + 4 + video.readUInt32BE(pictureAt)).toBeLessThanOrEqual(bytes);
});

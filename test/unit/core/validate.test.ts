import { CAMERA_MOVEMENTS } from '../../../nodes/Hailuo/core/video/catalog';
import { offer } from '../../../nodes/Hailuo/core/video/offer';
import {
	composePrompt,
	validate,
	type DraftFrame,
	type ProviderOffers,
	type Validation,
	type VideoDraft,
} from '../../../nodes/Hailuo/core/video/validate';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import { aFileFrame, anImage, aUrlFrame, aVideoDraft, NO_FRAME } from '../../tools/support/builders';

const MEGABYTE = 1024 * 1024;

function shopOf(id: string): ProviderOffers {
	const provider = providers.find((candidate) => candidate.id === id);
	if (!provider) throw new Error(`No provider ${id}`);
	return provider;
}

function check(provider: string, changes: Partial<VideoDraft>): Validation {
	return validate(shopOf(provider), aVideoDraft(changes));
}

/** What is wrong with a form; nothing when it is accepted. */
function problemsOf(provider: string, changes: Partial<VideoDraft>): string[] {
	const validation = check(provider, changes);
	return validation.ok ? [] : validation.problems;
}

function hintsOf(provider: string, changes: Partial<VideoDraft>): string[] {
	const validation = check(provider, changes);
	if (!validation.ok) throw new Error(`Refused: ${validation.problems.join('; ')}`);
	return validation.hints;
}

describe('a model', () => {
	test.each(['', 'Hailuo 02', 'constructor', 'hailuo-02 ', 'minimax/hailuo-02'])(
		'that nobody knows is refused: %j',
		(model) => {
			expect(problemsOf('apiframe', { model })).toHaveLength(1);
		},
	);

	test('of a strange name is quoted in one short line', () => {
		const [problem] = problemsOf('wiro', { model: `a\n\u202eb${'c'.repeat(5000)}` });
		expect(problem).toMatch(/^'Model' 'a bc{56}…' is not offered by Wiro; choose /);
	});
});

describe('a resolution', () => {
	test.each(['768p', ' 768P ', '768P'])('is read in any case: %j', (resolution) => {
		expect(check('wiro', { resolution })).toMatchObject({ ok: true, request: { resolution: '768P' } });
	});

	test('that is not offered is refused with those that are', () => {
		expect(problemsOf('wiro', { resolution: '512P', firstFrame: aUrlFrame() })).toEqual([
			"'Resolution' '512P' is not offered by Wiro for Hailuo 02; choose 768P or 1080P",
		]);
		expect(problemsOf('evolink', { resolution: '4K' })).toEqual([
			"'Resolution' '4K' is not offered by EvoLink for Hailuo 02; choose 512P, 768P or 1080P",
		]);
	});

	test.each<[string, DraftFrame, DraftFrame, boolean]>([
		['from text', NO_FRAME, NO_FRAME, false],
		['from a first frame', aUrlFrame(), NO_FRAME, true],
		['from a first and a last frame', aUrlFrame(), aUrlFrame(), false],
	])('of 512P is for videos %s: %#', (_what, firstFrame, lastFrame, accepted) => {
		expect(problemsOf('evolink', { resolution: '512P', firstFrame, lastFrame })).toEqual(
			accepted ? [] : ["'Resolution' 512P needs a 'First Frame' and no 'Last Frame'"],
		);
	});
});

describe('a duration', () => {
	test('of 10 s is refused at 1080P', () => {
		expect(problemsOf('wiro', { resolution: '1080P', duration: 10 })).toEqual([
			"'Duration' is 10, which is not offered at 1080P; choose 6 seconds",
		]);
	});

	test.each([0, -6, 5, 6.5, 7, 600, Number.NaN, Number.POSITIVE_INFINITY])('of %p s is refused', (duration) => {
		expect(problemsOf('wiro', { duration })).toEqual([
			`'Duration' is ${Number.isNaN(duration) ? 'not a number' : duration}, which is not offered at 768P; choose 6 or 10 seconds`,
		]);
	});

	test('that no resolution has is refused beside a resolution that is not offered', () => {
		expect(problemsOf('wiro', { resolution: '4K', duration: 7 })).toEqual([
			"'Resolution' '4K' is not offered by Wiro for Hailuo 02; choose 768P or 1080P",
			"'Duration' is 7, which is not offered at any resolution; choose 6 or 10 seconds",
		]);
		expect(problemsOf('wiro', { resolution: '4K', duration: 10 })).toHaveLength(1);
	});
});

describe('a duration as it was given', () => {
	test.each([6, '6', ' 6 ', '6.0', '6s', '6 s', '6 sec', '6 secs', '6 second', '6 seconds', '6 Seconds'])(
		'is understood: %j',
		(duration) => {
			expect(check('wiro', { duration })).toMatchObject({ ok: true, request: { duration: 6 } });
		},
	);

	test.each<[unknown, string]>([
		['6 minutes', "'6 minutes'"],
		['six', "'six'"],
		['s', "'s'"],
		['6ms', "'6ms'"],
		['6,0', "'6,0'"],
		['PT6S', "'PT6S'"],
		['7s', "'7s'"],
		['', 'empty'],
		[null, 'empty'],
		[[6], 'a list'],
		[{ seconds: 6 }, 'an object'],
		[true, 'true'],
		[Number.NaN, 'not a number'],
	])('is shown when it is refused: %j', (duration, shownAs) => {
		expect(problemsOf('wiro', { duration })).toEqual([
			`'Duration' is ${shownAs}, which is not offered at 768P; choose 6 or 10 seconds`,
		]);
	});
});

describe('camera movements', () => {
	test.each([
		['Waves', [], 'Waves'],
		['Waves', ['Pan left'], 'Waves [Pan left]'],
		[' Waves\n', ['Pan left', 'Pedestal up'], 'Waves [Pan left,Pedestal up]'],
		['', ['Zoom in'], '[Zoom in]'],
		['[Shake] Waves [Push in]', [], '[Shake] Waves [Push in]'],
		['[Shake] Waves', ['Tilt up'], '[Shake] Waves [Tilt up]'],
		['', [], ''],
	])('join the prompt %j as one bracket: %j', (prompt, movements, expected) => {
		expect(composePrompt(prompt, movements)).toBe(expected);
		const cameraMovements = movements;
		const validation = check('evolink', { prompt, cameraMovements, firstFrame: aUrlFrame() });
		expect(validation).toMatchObject({ ok: true, request: { prompt: expected } });
	});

	test('alone are a prompt', () => {
		expect(problemsOf('aimlApi', { prompt: '', cameraMovements: ['Zoom in'] })).toEqual([]);
	});

	test.each(CAMERA_MOVEMENTS.map((movement) => [movement]))('may be %s', (movement) => {
		expect(problemsOf('apiframe', { cameraMovements: [movement] })).toEqual([]);
	});

	test('that nobody knows are refused, each by name', () => {
		expect(problemsOf('apiframe', { cameraMovements: ['Zoom in', 'zoom in', 'Barrel roll'] })).toEqual([
			"'Camera Movements' holds 'zoom in', which is none of the 15 commands",
			"'Camera Movements' holds 'Barrel roll', which is none of the 15 commands",
		]);
	});

	test('are advised to be three at most', () => {
		expect(hintsOf('wiro', { cameraMovements: CAMERA_MOVEMENTS.slice(0, 3) })).toEqual([]);
		expect(hintsOf('wiro', { cameraMovements: CAMERA_MOVEMENTS.slice(0, 4) })).toEqual([
			'4 camera movements at the same time: MiniMax advises at most 3',
		]);
	});

	test('count towards the 2000 characters, bracket and blank included', () => {
		const cameraMovements = ['Zoom in'];
		const room = 2000 - ' [Zoom in]'.length;
		expect(problemsOf('wiro', { cameraMovements, prompt: 'x'.repeat(room) })).toEqual([]);
		expect(problemsOf('wiro', { cameraMovements, prompt: 'x'.repeat(room + 1) })).toEqual([
			"'Prompt' with its camera movements has 2001 characters; Hailuo 02 takes at most 2000",
		]);
	});
});

describe('an address of a frame', () => {
	test.each(['https://images.example/a.png?x=1&y=%20', 'http://images.example/a', ' https://images.example/a.png\n'])(
		'is passed on as it stands, when it is a URI: %j',
		(url) => {
			expect(check('wiro', { firstFrame: aUrlFrame(url) })).toMatchObject({
				ok: true,
				request: { firstFrame: { kind: 'url', url: url.trim() } },
			});
		},
	);

	test.each(['', '  '])('that is empty is said to be so: %j', (url) => {
		expect(problemsOf('wiro', { firstFrame: aUrlFrame(url) })).toEqual(["'First Frame URL' is empty"]);
	});

	test.each([
		'images.example/a.png',
		'/a.png',
		'https:images.example/a.png',
		'https:///a.png',
		'file:///a.png',
		'ftp://images.example/a.png',
		'data:image/png;base64,iVBORw0KGgo=',
		'undefined',
	])('that is none is refused: %s', (url) => {
		for (const [label, frames] of [
			['First Frame', { firstFrame: aUrlFrame(url) }],
			['Last Frame', { firstFrame: aUrlFrame(), lastFrame: aUrlFrame(url) }],
		] as const) {
			expect(problemsOf('wiro', frames)).toEqual([
				`'${label} URL' '${url}' is not a web address that begins with https:// or http://`,
			]);
		}
	});
});

describe('an address of a frame, first or last,', () => {
	const framesWith = (url: string) =>
		[
			['First Frame', { firstFrame: aUrlFrame(url) }],
			['Last Frame', { firstFrame: aUrlFrame(), lastFrame: aUrlFrame(url) }],
		] as const;

	test('with blanks and other scripts goes out percent-encoded', () => {
		for (const [label, frames] of framesWith(' https://images.example/my 視頻.png ')) {
			const frame = { kind: 'url', url: 'https://images.example/my%20%E8%A6%96%E9%A0%BB.png' };
			expect(check('evolink', frames)).toMatchObject({
				ok: true,
				request: { [label === 'First Frame' ? 'firstFrame' : 'lastFrame']: frame },
			});
		}
	});

	test.each([
		['https://a.example/1.png,https://b.example/2.png', 'holds more than one address; give one'],
		[
			'https://user:secret@images.example/a.png',
			'holds a user name or a password; give an address that opens without signing in',
		],
		[
			'ftp://user:secret@images.example/a',
			"'ftp://…@images.example/a' is not a web address that begins with https:// or http://",
		],
	])('%s is refused', (url, problem) => {
		for (const [label, frames] of framesWith(url))
			expect(problemsOf('evolink', frames)).toEqual([`'${label} URL' ${problem}`]);
	});

	test.each(['http://localhost:5678/a.png', 'https://10.0.0.7/a.png', 'http://minio:9000/a.png', 'http://[::1]/a.png'])(
		'%s is taken with a hint that the provider cannot open it',
		(url) => {
			for (const [label, frames] of framesWith(url)) {
				expect(hintsOf('evolink', frames)).toEqual([
					`'${label} URL' is a private address, which a provider on the internet cannot open: take 'Binary File'`,
				]);
			}
		},
	);

	test('says nothing more where the form was refused already', () => {
		for (const model of ['hailuo-2.3-fast', 'hailuo-02'])
			expect(check('evolink', { model, firstFrame: { kind: 'unclear' } })).toEqual({ ok: false, problems: [] });
	});
});

describe('a file for a frame', () => {
	test('is passed on with its type by content, whatever its name says', () => {
		const bytes = anImage('image/jpeg');
		expect(check('wiro', { firstFrame: aFileFrame(bytes, 'picture.png') })).toMatchObject({
			ok: true,
			request: { firstFrame: { kind: 'file', bytes, fileName: 'picture.png', mimeType: 'image/jpeg' } },
		});
	});

	test.each([
		['a GIF', Buffer.from('GIF89a'), 'a GIF by its content'],
		['a PDF', Buffer.from('%PDF-1.7'), 'a PDF by its content'],
		['a HEIF image', Buffer.from('\0\0\0\x18ftypheix'), 'a HEIF image (iPhones name them .jpg too) by its content'],
		['text', Buffer.from('not an image'), 'no image by its content'],
		['nothing', Buffer.alloc(0), 'no image by its content'],
	])('that is %s is refused, though it be called frame.png', (_what, bytes, what) => {
		const problem = (label: string) => `'${label}' is ${what}; Wiro takes JPEG, PNG or WebP`;
		expect(problemsOf('wiro', { firstFrame: aFileFrame(bytes) })).toEqual([problem('First Frame')]);
		expect(problemsOf('wiro', { firstFrame: aUrlFrame(), lastFrame: aFileFrame(bytes) })).toEqual([
			problem('Last Frame'),
		]);
	});

	test('of 20 MB is taken', () => {
		expect(problemsOf('wiro', { firstFrame: aFileFrame(anImage('image/png', 20 * MEGABYTE)) })).toEqual([]);
	});

	test('of 20 MB and a byte is refused', () => {
		expect(problemsOf('wiro', { firstFrame: aFileFrame(anImage('image/png', 20 * MEGABYTE + 1)) })).toEqual([
			"'First Frame' is 20.1 MB; an image may have at most 20 MB",
		]);
	});

	test('that was too large to be loaded is refused by its size', () => {
		const frame: DraftFrame = { kind: 'file', bytes: null, size: 512 * MEGABYTE, fileName: 'huge.png' };
		expect(problemsOf('wiro', { firstFrame: aUrlFrame(), lastFrame: frame })).toEqual([
			"'Last Frame' is 512.0 MB; an image may have at most 20 MB",
		]);
	});
});

describe('a last frame', () => {
	test('needs a first one', () => {
		expect(problemsOf('wiro', { lastFrame: aUrlFrame() })).toEqual(["'Last Frame' needs a 'First Frame' beside it"]);
	});

	test('left over from another model is refused for that alone', () => {
		const lastFrame = aUrlFrame('nonsense');
		expect(problemsOf('wiro', { model: 'hailuo-2.3', firstFrame: aUrlFrame(), lastFrame })).toEqual([
			"'Last Frame' is not offered by Wiro for Hailuo 2.3",
		]);
	});
});

describe('all problems of a form', () => {
	const wrong: Partial<VideoDraft> = {
		prompt: 'x'.repeat(2001),
		cameraMovements: ['Barrel roll'],
		firstFrame: aUrlFrame('nonsense'),
		lastFrame: aFileFrame(Buffer.from('GIF89a')),
		resolution: '8K',
		duration: 7,
	};

	test('come at once', () => {
		expect(problemsOf('aimlApi', wrong)).toEqual([
			"'Prompt' with its camera movements has 2015 characters; Hailuo 02 takes at most 2000",
			"'Camera Movements' holds 'Barrel roll', which is none of the 15 commands",
			"'First Frame URL' 'nonsense' is not a web address that begins with https:// or http://",
			"'Last Frame' is a GIF by its content; AI/ML API takes JPEG or PNG",
			"'Resolution' '8K' is not offered by AI/ML API for Hailuo 02; choose 768P or 1080P",
			"'Duration' is 7, which is not offered at any resolution; choose 6 or 10 seconds",
		]);
	});

	test('come at once as far as they do not hang on the model, when that is not sold', () => {
		expect(problemsOf('aimlApi', { ...wrong, model: 'hailuo-03-max' })).toEqual([
			"'Model' 'hailuo-03-max' is not offered by AI/ML API; choose Hailuo 2.3 Fast, Hailuo 2.3, Hailuo 02 or Hailuo 03",
			"'Camera Movements' holds 'Barrel roll', which is none of the 15 commands",
			"'First Frame URL' 'nonsense' is not a web address that begins with https:// or http://",
			"'Last Frame' is a GIF by its content; AI/ML API takes JPEG or PNG",
		]);
	});
});

describe('an accepted form', () => {
	test('is the whole request, and the form stays as it was', () => {
		const draft = aVideoDraft({
			prompt: ' Waves ',
			cameraMovements: ['Zoom in'],
			firstFrame: aUrlFrame(),
			lastFrame: aFileFrame(anImage('image/png'), 'last.png'),
			resolution: '1080p',
			promptOptimizer: false,
		});
		const copy = structuredClone(draft);
		expect(validate(shopOf('evolink'), draft)).toEqual({
			ok: true,
			request: {
				model: 'hailuo-02',
				prompt: 'Waves [Zoom in]',
				firstFrame: { kind: 'url', url: 'https://images.example/first.png' },
				lastFrame: { kind: 'file', bytes: anImage('image/png'), fileName: 'last.png', mimeType: 'image/png' },
				resolution: '1080P',
				duration: 6,
				promptOptimizer: false,
			},
			hints: [],
		});
		expect(draft).toEqual(copy);
	});

	test('follows any offer, not only those of today', () => {
		const shop: ProviderOffers = {
			label: 'Corner Shop',
			offers: [
				offer({
					model: 'hailuo-02',
					slug: 'h',
					prompt: 'optional',
					imageTypes: ['image/png'],
					without: ['768P', '1080P'],
				}),
			],
		};
		expect(validate(shop, aVideoDraft())).toEqual({
			ok: false,
			problems: ["'Resolution' '768P' is not offered by Corner Shop for Hailuo 02; choose 512P"],
		});
	});
});

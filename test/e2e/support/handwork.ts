import type { Page } from 'playwright-core';

/** What hands did in a page, in order. Clicks and drags bear the names that n8n gives its parts for tests. */
export interface Handwork {
	clicks: string[];
	drags: string[];
	/** Keys beside typed text. */
	keys: string[];
}

/** A hand is not quite still while it clicks. */
const STILL_PIXELS = 5;

/** Runs in the page, before n8n sees an event. A double click is two clicks. */
const WATCH = `(() => {
	const seen = { clicks: [], drags: [], keys: [] };
	window.handwork = seen;
	let start;
	const nameOf = (element) => element.closest('[data-test-id]')?.dataset.testId ?? element.tagName;
	addEventListener('pointerdown', (event) => {
		const { clientX, clientY, target } = event;
		start = { clientX, clientY, name: nameOf(target) };
	}, true);
	addEventListener('pointerup', (event) => {
		const way = Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY);
		(way > ${STILL_PIXELS} ? seen.drags : seen.clicks).push(start.name);
	}, true);
	addEventListener('keydown', ({ key, ctrlKey, metaKey }) => {
		if (key === 'Control' || key === 'Meta') return;
		if (ctrlKey || metaKey) seen.keys.push('Control+' + key);
		else if (key.length > 1) seen.keys.push(key);
	}, true);
})()`;

/**
 * Counts from now on, as long as the page is not loaded again.
 *
 * @returns tells what has been done so far
 */
export async function watchHands(page: Page): Promise<() => Promise<Handwork>> {
	await page.evaluate(WATCH);
	return async () => await page.evaluate<Handwork>('window.handwork');
}

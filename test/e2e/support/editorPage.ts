import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { Browser } from '../../tools/host/browser';
import { HOST_FOLDER } from '../../tools/host/paths';
import { NodeForm } from './nodeForm';
import { OWNER, type Suite } from './suite';

/** n8n binds a login to the browser it was made in, and reads the browser's name from here. */
const BROWSER_ID = 'hailuo-test-chromium';

const SCREENSHOTS = process.env['HAILUO_SCREENSHOTS'] ?? path.join(HOST_FOLDER, 'screenshots');

/** What a picture shows. */
export interface Detail {
	/** All of it must be in the window. */
	around?: readonly Locator[];
	/** Pixels to be seen beside it. */
	margin?: number;
	/** Where the picture may end before it has shown all of that. */
	downTo?: Locator;
}

const DOWN_TO_MARGIN = 16;

interface Box {
	x: number;
	y: number;
	width: number;
	height: number;
}

async function boxOf(locator: Locator): Promise<Box> {
	const box = await locator.boundingBox();
	if (box === null) throw new Error(`Not to be seen: ${locator.toString()}`);
	return box;
}

const bottomOf = ({ y, height }: Box) => y + height;

/** @param lowest where it ends at the latest */
function joined(boxes: readonly Box[], margin: number, lowest = Infinity): Box {
	const left = Math.max(0, Math.min(...boxes.map(({ x }) => x)) - margin);
	const top = Math.max(0, Math.min(...boxes.map(({ y }) => y)) - margin);
	const right = Math.max(...boxes.map(({ x, width }) => x + width)) + margin;
	const bottom = Math.min(Math.max(...boxes.map(bottomOf)) + margin, lowest);
	return { x: left, y: top, width: right - left, height: bottom - top };
}

function centreOf({ x, y, width, height }: Box): [number, number] {
	return [x + width / 2, y + height / 2];
}

/** n8n's editor in a browser: its canvas, its node panel, and the way to a node's form. */
export class EditorPage {
	private constructor(
		readonly page: Page,
		private readonly url: string,
	) {}

	/** Opens the editor of somebody who has logged in. */
	static async open({ page }: Browser, { client: { url } }: Suite): Promise<EditorPage> {
		await page.context().addInitScript(`localStorage.setItem('n8n-browserId', '${BROWSER_ID}')`);
		const login = await page.request.post(`${url}/rest/login`, {
			headers: { 'browser-id': BROWSER_ID },
			data: { emailOrLdapLoginId: OWNER.email, password: OWNER.password },
		});
		if (!login.ok()) throw new Error(`n8n answered ${login.status()} to the login`);
		return new EditorPage(page, url);
	}

	/** Shows a workflow, unless it is the one that is shown already. */
	async openWorkflow(id: string): Promise<void> {
		if (!this.page.url().startsWith(`${this.url}/workflow/${id}`)) {
			await this.page.goto(`${this.url}/workflow/${id}`, { waitUntil: 'domcontentloaded' });
		}
		await this.page.getByTestId('canvas').waitFor();
	}

	/** Leaves the editor with all that is half done in it. */
	async leave(): Promise<void> {
		await this.page.goto('about:blank');
	}

	/** A node on the canvas. */
	node(name: string): Locator {
		return this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
	}

	/** The mark of a node that did its work. */
	success(name: string): Locator {
		return this.node(name).getByTestId('canvas-node-status-success');
	}

	/** The body of a node that n8n shows as waiting. */
	waiting(name: string): Locator {
		return this.node(name).locator('.waiting');
	}

	/** Opens a node's form, unless it is open. */
	async openForm(name: string): Promise<NodeForm> {
		const form = new NodeForm(this.page);
		if (!(await form.isOpen())) await this.node(name).dblclick({ position: { x: 20, y: 20 } });
		await form.opened();
		return form;
	}

	async execute(): Promise<void> {
		await this.page.getByTestId('execute-workflow-button').click();
	}

	/** Types into the search field of the node panel, which opens when it is not open. */
	async searchNodes(words: string): Promise<void> {
		const search = this.page.getByTestId('node-creator-search-bar');
		if (!(await search.isVisible())) await this.page.getByTestId('node-creator-plus-button').click();
		// The panel goes on showing what it found for the words before until it has found what is wanted now.
		await search.fill('nothing has this name');
		await this.page.getByTestId('node-creator-no-results').waitFor();
		await search.fill(words);
	}

	/** Begins a workflow on an empty canvas: the node panel opens. */
	async addFirstStep(): Promise<void> {
		await this.page.getByTestId('canvas-add-button').getByTestId('canvas-plus-button').click();
	}

	/** Takes the plus at a node's output: the node panel opens. */
	async addBehind(name: string): Promise<void> {
		await this.node(name).getByTestId('canvas-handle-plus').click();
	}

	/** Types into the panel that has just opened, presses Enter on the node that is found, and takes one of its actions. */
	async typeAndChoose(words: string, node: string, action: string): Promise<void> {
		const search = this.page.getByTestId('node-creator-search-bar');
		await search.and(this.page.locator(':focus')).waitFor();
		await this.page.keyboard.type(words);
		const first = this.page.getByTestId('node-creator-item-name').first();
		await first.and(this.page.getByText(node, { exact: true })).waitFor();
		await this.page.keyboard.press('Enter');
		await this.nodePanel.getByText(action, { exact: true }).click();
	}

	get nodePanel(): Locator {
		return this.page.getByTestId('node-creator');
	}

	/** A node that the search has found, by its whole name. */
	foundNode(name: string): Locator {
		return this.page.getByTestId('node-creator-item-name').getByText(name, { exact: true });
	}

	get lastFoundNode(): Locator {
		return this.nodePanel.getByTestId('node-creator-item-description').last();
	}

	/** Drags a wire with the mouse, from one of a node's outputs to a node's input. */
	async connect(from: string, output: number, to: string): Promise<void> {
		const start = this.node(from).locator(`[data-test-id="canvas-node-output-handle"][data-index="${output}"]`);
		const end = this.node(to).getByTestId('canvas-node-input-handle');
		// Hovering waits until the canvas has come to rest.
		await start.hover();
		const [startX, startY] = centreOf(await boxOf(start));
		const [endX, endY] = centreOf(await boxOf(end));
		await this.page.mouse.down();
		await this.page.mouse.move(startX + 60, startY - 100, { steps: 8 });
		await this.page.mouse.move(endX, endY, { steps: 12 });
		await this.page.mouse.up();
	}

	/** Keeps a picture among the screenshots; default of the whole window. */
	async picture(name: string, { around = [], margin = 0, downTo }: Detail = {}): Promise<void> {
		await mkdir(SCREENSHOTS, { recursive: true });
		// What the mouse rests on shows more than usual.
		await this.page.mouse.move(0, 0);
		const boxes = await Promise.all(around.map(boxOf));
		const bottom = downTo && bottomOf(await boxOf(downTo)) + DOWN_TO_MARGIN;
		await this.page.screenshot({
			path: path.join(SCREENSHOTS, `${name}.png`),
			animations: 'disabled',
			...(boxes.length > 0 && { clip: joined(boxes, margin, bottom) }),
		});
	}

	/** Keeps what the page looks like and is made of, for whoever asks why a test failed. */
	async keepEvidence(test: string): Promise<void> {
		const name = `failed-${test.replace(/[^a-z0-9]+/gi, '-')}`;
		await this.picture(name);
		await writeFile(path.join(SCREENSHOTS, `${name}.html`), await this.page.content());
		process.stderr.write(`What the browser showed is in ${SCREENSHOTS}: ${name}\n`);
	}
}

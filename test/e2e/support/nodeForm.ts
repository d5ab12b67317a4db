import type { Locator, Page } from 'playwright-core';
import { CredentialForm } from './credentialForm';

/** The open form of a node: its input, its parameters, its output. Parameters are named as in the workflow. */
export class NodeForm {
	constructor(private readonly page: Page) {}

	async isOpen(): Promise<boolean> {
		return await this.parameters.isVisible();
	}

	async opened(): Promise<void> {
		await this.parameters.waitFor();
	}

	async close(): Promise<void> {
		await this.page.getByTestId('ndv-close-button').click();
		await this.parameters.waitFor({ state: 'hidden' });
	}

	/** Closes it by the keyboard. */
	async escape(): Promise<void> {
		await this.page.keyboard.press('Escape');
		await this.parameters.waitFor({ state: 'hidden' });
	}

	get parameters(): Locator {
		return this.page.getByTestId('node-parameters');
	}

	get output(): Locator {
		return this.page.getByTestId('output-panel');
	}

	/** Shows the output as a list of fields with their values. */
	async showOutputFields(): Promise<void> {
		await this.output.getByTestId('radio-button-schema').click();
	}

	/** A value among the fields of the output, in full. */
	outputValue(text: string): Locator {
		return this.output.getByText(text, { exact: true });
	}

	get lastOutputField(): Locator {
		return this.output.getByTestId('run-data-schema-item').last();
	}

	field(name: string): Locator {
		return this.page.getByTestId(`parameter-input-${name}`);
	}

	/** What a person reads in a field of choices or of text. */
	async shown(name: string): Promise<string> {
		return await this.field(name).locator('input, textarea').first().inputValue();
	}

	/** A field with its label. */
	item(name: string): Locator {
		return this.page.getByTestId('parameter-item').filter({ has: this.field(name) });
	}

	/** The marks by which n8n says that a field's value will not do. */
	issues(name: string): Locator {
		return this.item(name).getByTestId('parameter-issues');
	}

	async fill(name: string, text: string): Promise<void> {
		const input = this.field(name).locator('input, textarea').first();
		await input.fill(text);
		// Beside a field in which somebody types, n8n shows how to use data of other nodes.
		await input.blur();
	}

	/** Replaces the code in a field. */
	async writeCode(name: string, code: string): Promise<void> {
		await this.field(name).locator('.cm-content').click();
		await this.page.keyboard.press('ControlOrMeta+a');
		await this.page.keyboard.insertText(code);
	}

	/** Drags a field of the input with the mouse into a parameter. */
	async dragInput(field: string, name: string): Promise<void> {
		const input = this.page.getByTestId('ndv-input-panel').getByTestId('run-data-schema-item');
		await input.getByText(field, { exact: true }).hover();
		await this.page.mouse.down();
		// n8n sees where the mouse goes, and takes the parameter over which it moved last.
		await this.field(name).hover();
		await this.field(name).hover({ position: { x: 60, y: 24 } });
		await this.page.mouse.up();
	}

	/** @returns the labels of the choices that a field offers, as they stand */
	async offered(name: string): Promise<string[]> {
		const labels = await this.#drop(name);
		await this.field(name).locator('input').first().press('Escape');
		await this.#folded();
		return labels;
	}

	/**
	 * Chooses by label.
	 * @returns the labels of all that could have been chosen
	 */
	async choose(name: string, label: string): Promise<string[]> {
		const labels = await this.#drop(name);
		await this.#choices.locator('.option-headline').getByText(label, { exact: true }).click();
		await this.#folded();
		return labels;
	}

	/** Begins a new credential of the type that the form asks for. */
	async newCredential(): Promise<CredentialForm> {
		await this.page.getByTestId('node-credentials-select').click();
		await this.page.getByTestId('node-credentials-select-item-new').filter({ visible: true }).click();
		return await CredentialForm.opened(this.page);
	}

	/** Opens the credential that is chosen. */
	async editCredential(): Promise<CredentialForm> {
		await this.page.getByTestId('credential-edit-button').click();
		return await CredentialForm.opened(this.page);
	}

	/** Runs the node, and those before it that have not run. */
	async executeStep(): Promise<void> {
		await this.page.getByTestId('node-execute-button').click();
	}

	/** A trigger's address for tries or for production. */
	async webhookUrl(kind: 'test' | 'production'): Promise<string> {
		const button = this.page.getByTestId(`radio-button-${kind}`);
		if (!(await button.isVisible())) await this.parameters.locator('xpath=..').getByText('Webhook URLs').click();
		await button.click();
		return (await this.webhookAddress.innerText()).replace(/\s/g, '');
	}

	get webhookAddress(): Locator {
		return this.page.getByText(/^https?:\/\/\S+\/webhook(-test)?\//);
	}

	get #choices(): Locator {
		return this.page.getByTestId('parameter-input-item').filter({ visible: true });
	}

	async #drop(name: string): Promise<string[]> {
		await this.field(name).click();
		await this.#choices.first().waitFor();
		return await this.#choices.locator('.option-headline').allInnerTexts();
	}

	async #folded(): Promise<void> {
		await this.page.getByTestId('parameter-input-item').filter({ visible: true }).first().waitFor({ state: 'hidden' });
	}
}

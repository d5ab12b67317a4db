import type { Locator, Page } from 'playwright-core';

/** The dialog in which a credential is made or changed. */
export class CredentialForm {
	private constructor(readonly dialog: Locator) {}

	static async opened(page: Page): Promise<CredentialForm> {
		const dialog = page.getByTestId('editCredential-modal');
		await dialog.waitFor();
		return new CredentialForm(dialog);
	}

	/** @param fields text by name */
	async fill(fields: Record<string, string>): Promise<void> {
		for (const [name, text] of Object.entries(fields)) {
			await this.dialog.getByTestId(`parameter-input-${name}`).locator('input').fill(text);
		}
	}

	/** Saves it, whereupon n8n tests it; a dialog whose test passes closes by itself. */
	async save(): Promise<void> {
		await this.dialog.getByTestId('credential-save-button').click();
	}

	/** What is shown when the test has passed. */
	get success(): Locator {
		return this.dialog.getByTestId('credentials-config-container-test-success').filter({ visible: true });
	}

	/** What is shown when the test has failed. */
	get failure(): Locator {
		return this.dialog.getByText('connect with these settings').filter({ visible: true });
	}

	async close(): Promise<void> {
		await this.dialog.getByLabel('Close this dialog').click();
		await this.closed();
	}

	async closed(): Promise<void> {
		await this.dialog.waitFor({ state: 'hidden' });
	}
}

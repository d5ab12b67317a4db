import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { textAt } from '../core/read';

/**
 * @returns message and description of an error in one text
 */
export function wholeText(error: Error): string {
	const description = textAt(error, 'description');
	if (description === null || error.message.includes(description)) return error.message;
	return `${error.message}${/[.!?…]$/.test(error.message) ? '' : '.'} ${description}`;
}

/**
 * Makes an error say all it knows by its message. n8n's agents are given nothing else of it (n8n-core 2.41.1,
 * workflow-execute), while what to do, and that a job may have cost money, stands in the description.
 *
 * @returns the same error; anything that is none of n8n's comes back as it is
 */
export function tellAgent(error: unknown): unknown {
	if (!(error instanceof NodeApiError) && !(error instanceof NodeOperationError)) return error;
	error.message = wholeText(error);
	// The editor shows it below the message, which holds it now.
	error.description = null;
	return error;
}

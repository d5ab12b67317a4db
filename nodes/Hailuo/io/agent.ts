import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { textAt } from '../core/http/read';

/**
 * @returns message and description of an error in one text
 */
export function wholeText(error: Error): string {
	const description = textAt(error, 'description');
	if (description === null || error.message.includes(description)) return error.message;
	return `${error.message}${/[.!?…]$/.test(error.message) ? '' : '.'} ${description}`;
}

/**
 * Gives an error the class in which n8n hands the errors of a directly called tool on. One of another class it wraps, and
 * the wrapping puts a canned sentence in the place of any text that names a network code (n8n-workflow 2.41, NodeError): of
 * a create whose answer was lost it says that the request can be sent again.
 */
function asHandedOn(error: NodeApiError): NodeOperationError {
	const handedOn = new NodeOperationError(error.node, error);
	Object.assign(handedOn.context, error.context);
	return handedOn;
}

/**
 * Makes an error say all it knows by its message. n8n's agents are given nothing else of it (n8n-core 2.41.1,
 * workflow-execute), while what to do, and that a job may have cost money, stands in the description.
 *
 * @param isDirect whether the agent's own code has called the node
 * @returns the error that tells it; anything that is none of n8n's comes back as it is
 */
export function tellAgent(error: unknown, isDirect: boolean): unknown {
	if (!(error instanceof NodeApiError) && !(error instanceof NodeOperationError)) return error;
	const told = isDirect && error instanceof NodeApiError ? asHandedOn(error) : error;
	told.message = wholeText(error);
	// The editor shows it below the message, which holds it now.
	told.description = null;
	return told;
}

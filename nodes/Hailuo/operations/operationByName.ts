import { cancel } from './cancel';
import { create, createAndWait } from './create';
import { get } from './get';
import type { Operation } from './operation';
import { wait } from './wait';

const operations: Record<string, Operation> = { cancel, create, createAndWait, get, wait };

/** @param name value of the parameter `operation` */
export function operationByName(name: string): Operation | undefined {
	return Object.hasOwn(operations, name) ? operations[name] : undefined;
}

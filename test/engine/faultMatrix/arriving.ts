/** Rows of the fault matrix: what keeps a request from getting to the provider. */
import type { ProviderName } from '../../tools/simulator';
import { CREATE_RETRIES, error, SHORT, WELL, type OperationName, type Row } from './cell';
import type { FrontName } from './fronts';

const FRONTS: ReadonlyArray<{ name: FrontName; what: string; says: RegExp; counts: boolean }> = [
	{ name: 'refused', what: 'a refused connection', says: /ECONNREFUSED/, counts: false },
	{ name: 'nameless', what: 'a name that does not resolve', says: /getaddrinfo (ENOTFOUND|EAI_\w+)/, counts: false },
	{ name: 'plain', what: 'no TLS where it is expected', says: /EPROTO|wrong version number/, counts: true },
	{ name: 'untrusted', what: 'a certificate nobody trusts', says: /self-signed certificate/, counts: true },
	{
		name: 'hangingUp',
		what: 'an end of the connection in the handshake',
		says: /before secure TLS connection was established/,
		counts: true,
	},
];

/** Nothing arrived, so nothing was made: a create is sent again, as far as the form allows. */
export function front(_provider: ProviderName, operation: OperationName): Row[] {
	const creating = operation === 'create' || operation === 'createAndWait';
	const polling = operation === 'wait';
	const connections = creating ? 1 + CREATE_RETRIES : polling ? 1 : 4;
	const staying = FRONTS.map(({ name, what, says, counts }): Row => {
		const expected = error(polling ? 'timedOut' : 'network', says, !creating);
		return {
			what,
			front: name,
			expected,
			...(creating && { creates: 0 }),
			jobs: creating ? 0 : 1,
			...(counts && { connections }),
			...(polling && { form: { timeout: SHORT } }),
		};
	});
	const passing: Row = {
		what: 'a refused connection that comes back',
		front: 'absent',
		expected: WELL,
		...(creating && { creates: 1 }),
		jobs: 1,
	};
	return [...staying, passing];
}

export function unreachableNoCancellation(): Row[] {
	return FRONTS.map(({ name, what }) => ({ what, front: name, expected: { kind: 'impossible' }, jobs: 1 }));
}

import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type AddressInfo, type LookupFunction, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { OutboundHttp } from '@n8n/backend-network';
import { Container } from '@n8n/di';
import { NodeApiError, type IHttpRequestOptions, type INode } from 'n8n-workflow';
import { describeNetworkError } from '../../../nodes/Hailuo/io/networkError';
import { readBounded } from '../../../nodes/Hailuo/io/stream';
import type { Failure } from '../../../nodes/Hailuo/core/http/http';
import { repositoryRoot } from '../../tools/support/repository';

/**
 * Faults as they really come: n8n's own client fails against servers on this machine, and its error is wrapped as n8n's
 * authenticated request helper wraps it.
 */
const KEY = 'Bearer the-key-nobody-may-see';

const node: INode = {
	id: '1',
	name: 'Hailuo',
	type: 'n8n-nodes-hailuo.hailuo',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

/** A certificate that nobody vouches for, made for these tests. */
const selfSigned = {
	key: readFileSync(join(repositoryRoot, 'test/tools/support/tls/selfSigned.key.pem')),
	cert: readFileSync(join(repositoryRoot, 'test/tools/support/tls/selfSigned.cert.pem')),
};

const servers: Server[] = [];
const sockets = new Set<Socket>();

afterAll(() => {
	for (const socket of sockets) socket.destroy();
	for (const server of servers) server.close();
});

/** Lets a server listen on this machine. @returns its port */
async function listen(server: Server): Promise<number> {
	servers.push(server);
	server.on('connection', (socket) => sockets.add(socket));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return (server.address() as AddressInfo).port;
}

async function aPortThatRefuses(): Promise<number> {
	const server = createServer();
	const port = await listen(server);
	await new Promise((resolve) => server.close(resolve));
	return port;
}

async function send(url: string, options: Partial<IHttpRequestOptions>, guarded = false): Promise<unknown> {
	const client = Container.get(OutboundHttp).requests(guarded ? { useDefaultSsrfPolicy: 'enforced' } : {});
	const answer: unknown = await client.request({
		method: 'POST',
		url,
		headers: { Authorization: KEY },
		body: { prompt: 'A paper boat' },
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		...options,
	});
	return answer;
}

/** The failure of a create that is sent to an address where it fails. */
async function failureAt(url: string, options: Partial<IHttpRequestOptions> = {}, guarded = false): Promise<Failure> {
	try {
		await send(url, options, guarded);
	} catch (error) {
		return describeNetworkError(new NodeApiError(node, error as ConstructorParameters<typeof NodeApiError>[1]));
	}
	throw new Error('The request did not fail');
}

describe('a create is certain to have made nothing when', () => {
	test('the connection is refused', async () => {
		const port = await aPortThatRefuses();
		expect(await failureAt(`http://127.0.0.1:${port}/`)).toEqual({
			kind: 'network',
			message: `connect ECONNREFUSED 127.0.0.1:${port}`,
			code: 'ECONNREFUSED',
			httpStatus: null,
			retryAfterSeconds: null,
			made: 'no',
		});
	});

	// An empty label can be in no name, so no name server is asked.
	test.each(['hailuo..invalid', `${'x'.repeat(64)}.invalid`])('its name does not resolve: %s', async (name) => {
		expect(await failureAt(`http://${name}/`)).toMatchObject({
			kind: 'network',
			code: expect.stringMatching(/^(ENOTFOUND|EAI_\w+)$/),
			message: expect.stringContaining('getaddrinfo'),
			made: 'no',
		});
	});

	test.each<[string, (asked: () => void) => Server, string, boolean, Partial<Failure>]>([
		['there is no TLS where it is expected', createHttpServer, 'https', false, { code: 'EPROTO' }],
		[
			'the certificate is not trusted',
			(asked) => createHttpsServer(selfSigned, asked),
			'https',
			false,
			{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: expect.stringContaining('self-signed certificate') },
		],
		[
			'the server hangs up during the handshake',
			() => createServer((socket) => socket.once('data', () => socket.end())),
			'https',
			false,
			{ code: 'ECONNRESET' },
		],
		[
			"n8n's guard against private addresses refuses it",
			createHttpServer,
			'http',
			true,
			{ message: 'The request was blocked because it resolves to a restricted IP address' },
		],
	])('%s', async (_what, serve, scheme, guarded, expected) => {
		const asked = jest.fn();
		const port = await listen(serve(asked));
		expect(await failureAt(`${scheme}://127.0.0.1:${port}/`, {}, guarded)).toMatchObject({
			kind: 'network',
			made: 'no',
			...expected,
		});
		expect(asked).not.toHaveBeenCalled();
	});

	test('none of the addresses of a name can be connected to', async () => {
		const port = await aPortThatRefuses();
		const lookup: LookupFunction = (_name, _options, found) =>
			found(null, [
				{ address: '127.0.0.1', family: 4 },
				{ address: '127.0.0.2', family: 4 },
			]);
		const error = await new Promise((resolve) => {
			connect({ host: 'two.invalid', port, lookup, autoSelectFamily: true }).on('error', resolve);
		});
		expect(error).toMatchObject({ code: 'ECONNREFUSED', errors: [{ syscall: 'connect' }, { syscall: 'connect' }] });
		expect(describeNetworkError(error)).toMatchObject({ kind: 'network', made: 'no' });
	});
});

describe('whether a create made something cannot be known when', () => {
	const whenAsked = (act: (socket: Socket) => void) => createServer((socket) => socket.once('data', () => act(socket)));
	const silent = () => createHttpServer(() => {});

	test.each<[string, () => Server, () => Partial<IHttpRequestOptions>, object]>([
		[
			'the connection is reset before the request was read',
			// Time enough for the client to be connected: until then a reset is a connection that did not come about.
			() => createServer((socket) => socket.pause() && setTimeout(() => socket.resetAndDestroy(), 50)),
			() => ({}),
			{ kind: 'network', code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) },
		],
		[
			'the connection is reset after the request was read',
			() => whenAsked((socket) => socket.resetAndDestroy()),
			() => ({}),
			{ kind: 'network', code: 'ECONNRESET' },
		],
		[
			'the connection is closed after the request was read',
			() => whenAsked((socket) => socket.end()),
			() => ({}),
			{ kind: 'network', code: 'ECONNRESET', message: 'socket hang up' },
		],
		[
			'what comes back is no HTTP',
			() => whenAsked((socket) => socket.end('220 smtp\r\n\r\n')),
			() => ({}),
			{ kind: 'network', code: expect.stringMatching(/^HPE_/) },
		],
		[
			'nobody answers until a signal ends the wait',
			silent,
			() => ({ abortSignal: AbortSignal.timeout(200) }),
			{ kind: 'network', code: 'ERR_CANCELED' },
		],
		[
			"nobody answers within the client's own time",
			silent,
			() => ({ timeout: 200 }),
			{ kind: 'timeout', code: 'ECONNABORTED' },
		],
	])('%s', async (_what, serve, options, expected) => {
		const port = await listen(serve());
		expect(await failureAt(`http://127.0.0.1:${port}/`, options())).toMatchObject({ made: 'maybe', ...expected });
	});

	test('the answer breaks off', async () => {
		const port = await listen(
			createHttpServer((request, response) => {
				request.resume().on('end', () => {
					response.writeHead(200, { 'content-length': '100' });
					response.write('{"id":', () => request.socket.resetAndDestroy());
				});
			}),
		);
		const answer = await send(`http://127.0.0.1:${port}/`, {});
		const body: unknown = Reflect.get(Object(answer), 'body');
		const { text, broken } = await readBounded(body, 1000);
		expect(describeNetworkError(broken, text)).toMatchObject({
			kind: 'network',
			code: 'ECONNRESET',
			message: 'aborted; until then had arrived: {"id":',
			made: 'maybe',
		});
	});

	test.each(['EPROTO', 'ECONNREFUSED', 'CERT_HAS_EXPIRED'])('an answer that had begun ends in %s', (code) => {
		const cause = Object.assign(new Error(code), { code, syscall: 'connect' });
		expect(describeNetworkError(cause, '')).toMatchObject({ message: code, made: 'maybe' });
	});

	/** Between client and server, a line that turns to noise once the server has the request. */
	test.each(['TLSv1.2', 'TLSv1.3'] as const)('the %s stream breaks after the request was read', async (maxVersion) => {
		let asked = 0;
		let client: Socket | undefined;
		const server = createHttpsServer({ ...selfSigned, maxVersion }, (request) => {
			request.resume().on('end', () => {
				asked += 1;
				client?.write('HTTP/1.1 502 Bad Gateway\r\n\r\n');
			});
		});
		const behind = await listen(server);
		const port = await listen(
			createServer((socket) => {
				client = socket;
				const onward = connect(behind, '127.0.0.1');
				sockets.add(onward);
				socket.pipe(onward);
				onward.pipe(socket, { end: false });
				for (const end of [socket, onward]) end.on('error', () => onward.destroy());
			}),
		);
		const failure = await failureAt(`https://127.0.0.1:${port}/`, { skipSslCertificateValidation: true });
		expect(failure).toMatchObject({ kind: 'network', code: expect.stringMatching(/^ERR_SSL_/), made: 'maybe' });
		expect(asked).toBe(1);
	});
});

test('no failure holds the key that was sent', async () => {
	const port = await listen(createServer((socket) => socket.once('data', () => socket.destroy())));
	for (const url of [`http://127.0.0.1:${port}/`, `http://127.0.0.1:${await aPortThatRefuses()}/`]) {
		expect(JSON.stringify(await failureAt(url))).not.toContain('the-key');
	}
});

describe('errors that cannot be had on one machine:', () => {
	/** An error of Node's with the facts that Node gives it. */
	function anError(code: string, syscall?: string): Error {
		return Object.assign(new Error(`${syscall ?? 'error'} ${code}`), {
			code,
			...(syscall !== undefined && { syscall }),
		});
	}

	test.each<[string, Failure['kind'], Failure['made'], string, string?]>([
		['no name server answers', 'network', 'no', 'EAI_AGAIN', 'getaddrinfo'],
		['a refusal, its system call untold', 'network', 'no', 'ECONNREFUSED'],
		['no way to the host', 'network', 'no', 'EHOSTUNREACH', 'connect'],
		['no network', 'network', 'no', 'ENETUNREACH', 'connect'],
		['a firewall that drops connections', 'network', 'no', 'ETIMEDOUT', 'connect'],
		['a certificate that has expired', 'network', 'no', 'CERT_HAS_EXPIRED'],
		['a certificate for another name', 'network', 'no', 'ERR_TLS_CERT_ALTNAME_INVALID'],
		['a certificate of an unknown maker', 'network', 'no', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
		['a certificate with half a chain', 'network', 'no', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
		['a chain that ends in nothing', 'network', 'no', 'SELF_SIGNED_CERT_IN_CHAIN'],
		['a connection lost on the way', 'network', 'maybe', 'EHOSTUNREACH', 'read'],
		['a network that goes away', 'network', 'maybe', 'ENETDOWN', 'read'],
		['a connection that goes dead', 'timeout', 'maybe', 'ETIMEDOUT', 'read'],
		['a server that no longer listens', 'network', 'maybe', 'EPIPE', 'write'],
		['a record that was tampered with', 'network', 'maybe', 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'],
		['a certificate wanted late', 'network', 'maybe', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
	])('%s', (_what, kind, made, code, ...syscall) => {
		const error = anError(code, ...syscall);
		expect(describeNetworkError(error)).toMatchObject({ kind, made });
		expect(describeNetworkError(new Error('axios', { cause: error }))).toMatchObject({ kind, made });
	});

	test('a name with an address that is silent and one that refuses', () => {
		const errors = [anError('ETIMEDOUT', 'connect'), anError('ECONNREFUSED', 'connect')];
		const error = Object.assign(new AggregateError(errors), { code: 'ETIMEDOUT' });
		expect(describeNetworkError(new Error('', { cause: error }))).toMatchObject({
			kind: 'network',
			message: 'connect ECONNREFUSED',
			made: 'no',
		});
	});
});

describe('whatever is thrown', () => {
	const circular: { cause?: unknown; message: string } = { message: 'round and round' };
	circular.cause = circular;

	test.each<[unknown]>([
		...[undefined, null, 'text', 7, {}, [[]], new Error(), circular].map((error): [unknown] => [error]),
		[{ code: {}, syscall: [], message: 7, cause: 'text', errors: 'none' }],
		[Object.assign(new Error('', { cause: circular }), { errors: [null, undefined, 'text'] })],
	])('is a failure of unknown outcome: %p', (error) => {
		expect(describeNetworkError(error)).toMatchObject({ kind: 'network', made: 'maybe', httpStatus: null });
		expect(describeNetworkError(error).message).not.toBe('');
	});

	test('is read without asking whose class it is', () => {
		const foreign: unknown = runInNewContext(`Object.assign(new Error('aborted'), { code: 'ECONNRESET' })`);
		expect(foreign instanceof Error).toBe(false);
		expect(describeNetworkError({ cause: foreign })).toMatchObject({
			message: 'aborted',
			code: 'ECONNRESET',
			made: 'maybe',
		});
	});

	test('has a message fit to be shown', () => {
		expect(describeNetworkError(new Error(`read\n\u202e${'x'.repeat(10_000)}`)).message).toMatch(/^read x{494}…$/);
	});
});

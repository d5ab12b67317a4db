import { isPrivateUrl } from '../../../nodes/Hailuo/core/http/privateAddress';
import { words } from '../../tools/support/words';

const OUT_OF_REACH = words(`
	localhost:5678 LOCALHOST localhost. app.localhost 127.0.0.1:5678 127.8.9.10 0.0.0.0 10.0.0.8 100.64.0.1 100.127.255.254
	169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.20 2130706433 0x7f.1 [::1]:5678 [::] [fd12:3456::1] [fe80::1]
	[::ffff:10.0.0.8] n8n:5678 n8n.local n8n.internal n8n.lan n8n.home.arpa n8n.test
`);

const WITHIN_REACH = words(`
	n8n.example.com localhost.example.com internal.example.com my-local.example 8.8.8.8 100.63.0.1 100.128.0.1 172.15.0.1
	172.32.0.1 192.169.0.1 11.0.0.1 [2001:4860:4860::8888] user:secret@n8n.example.com
`);

test.each(OUT_OF_REACH)('%s is out of reach', (host) => {
	for (const scheme of ['http', 'https']) expect(isPrivateUrl(`${scheme}://${host}/webhook`)).toBe(true);
});

test.each(['no address', ''])('%j is out of reach', (url) => {
	expect(isPrivateUrl(url)).toBe(true);
});

test.each(WITHIN_REACH)('%s is within reach', (host) => {
	for (const scheme of ['http', 'https']) expect(isPrivateUrl(`${scheme}://${host}/webhook`)).toBe(false);
});

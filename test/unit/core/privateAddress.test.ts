import { isPrivateUrl } from '../../../nodes/Hailuo/core/http/privateAddress';

test.each([
	'http://localhost:5678/webhook',
	'http://LOCALHOST/',
	'http://localhost./',
	'http://app.localhost/',
	'http://127.0.0.1:5678/',
	'http://127.8.9.10/',
	'http://0.0.0.0/',
	'http://10.0.0.8/',
	'http://100.64.0.1/',
	'http://100.127.255.254/',
	'http://169.254.169.254/',
	'http://172.16.0.1/',
	'http://172.31.255.255/',
	'http://192.168.1.20/',
	'http://2130706433/',
	'http://0x7f.1/',
	'http://[::1]:5678/',
	'http://[::]/',
	'http://[fd12:3456::1]/',
	'http://[fe80::1]/',
	'http://[::ffff:10.0.0.8]/',
	'http://n8n:5678/',
	'http://n8n.local/',
	'https://n8n.internal/',
	'https://n8n.lan/',
	'https://n8n.home.arpa/',
	'https://n8n.test/',
	'no address',
	'',
])('%j is out of reach', (url) => {
	expect(isPrivateUrl(url)).toBe(true);
});

test.each([
	'https://n8n.example.com/webhook',
	'https://localhost.example.com/',
	'https://internal.example.com/',
	'https://my-local.example/',
	'http://8.8.8.8/',
	'http://100.63.0.1/',
	'http://100.128.0.1/',
	'http://172.15.0.1/',
	'http://172.32.0.1/',
	'http://192.169.0.1/',
	'http://11.0.0.1/',
	'http://[2001:4860:4860::8888]/',
	'http://user:secret@n8n.example.com/',
])('%j is within reach', (url) => {
	expect(isPrivateUrl(url)).toBe(false);
});

import { isOwnDoorbell } from '../../../nodes/Hailuo/io/resumeExecution';

/** As n8n gives it outside an execution, below a path of its own. */
const OWN = 'https://n8n.example.com/automation/webhook-waiting/__UNKNOWN__';
const WAITING = 'https://n8n.example.com/automation/webhook-waiting';

test.each([`${WAITING}/7/hailuo`, `${WAITING}/7/hailuo?signature=abc`, `${WAITING}/x/../7/hailuo`])(
	'%s is a doorbell of this n8n',
	(url) => {
		expect(isOwnDoorbell(OWN, url)).toBe(true);
	},
);

test.each([
	'',
	'no address',
	'//n8n.example.com/automation/webhook-waiting/7/hailuo',
	'http://n8n.example.com/automation/webhook-waiting/7/hailuo',
	'https://n8n.example.com:8443/automation/webhook-waiting/7/hailuo',
	'https://n8n.example.com.evil.example/automation/webhook-waiting/7/hailuo',
	'https://evil.example/automation/webhook-waiting/7/hailuo',
	'https://n8n.example.com@evil.example/automation/webhook-waiting/7/hailuo',
	'https://me:secret@n8n.example.com/automation/webhook-waiting/7/hailuo',
	'https://:secret@n8n.example.com/automation/webhook-waiting/7/hailuo',
	'https://n8n.example.com/webhook-waiting/7/hailuo',
	'https://n8n.example.com/automation/webhook/7/hailuo',
	`${WAITING}/7`,
	`${WAITING}/7/`,
	`${WAITING}/7/other`,
	`${WAITING}/7/hailuo/more`,
	`${WAITING}/7/hailuo/`,
	`${WAITING}//hailuo`,
	`${WAITING}/../webhook/hailuo`,
	`${WAITING}/%2e%2e/webhook/hailuo`,
	`${WAITING}/7/../../rest/hailuo`,
	`${WAITING}/..%2F7/hailuo`,
	`${WAITING}/7%2F8/hailuo`,
])('%j is none', (url) => {
	expect(isOwnDoorbell(OWN, url)).toBe(false);
});

test.each(['', 'no address'])('nothing is a doorbell of an n8n whose own address is %j', (own) => {
	expect(isOwnDoorbell(own, `${WAITING}/7/hailuo`)).toBe(false);
});

import { isOwnDoorbell } from '../../../nodes/Hailuo/io/doorbells';
import { words } from '../../tools/support/words';

/** As n8n gives it outside an execution, below a path of its own. */
const OWN = 'https://n8n.example.com/automation/webhook-waiting/__UNKNOWN__';
const WAITING = 'https://n8n.example.com/automation/webhook-waiting';

test.each([`${WAITING}/7/hailuo`, `${WAITING}/7/hailuo?signature=abc`, `${WAITING}/x/../7/hailuo`])(
	'%s is a doorbell of this n8n',
	(url) => {
		expect(isOwnDoorbell(OWN, url)).toBe(true);
	},
);

const ELSEWHERE = words(`
	//n8n.example.com http://n8n.example.com https://n8n.example.com:8443 https://n8n.example.com.evil.example
	https://evil.example https://n8n.example.com@evil.example https://me:secret@n8n.example.com
	https://:secret@n8n.example.com https://n8n.example.com/other
`).map((origin) => `${origin}/automation/webhook-waiting/7/hailuo`);

const OTHER_PATHS = words(`
	/7 /7/ /7/other /7/hailuo/more /7/hailuo/ //hailuo /../webhook/7/hailuo /../webhook/hailuo /%2e%2e/webhook/hailuo
	/7/../../rest/hailuo /..%2F7/hailuo /7%2F8/hailuo
`).map((path) => WAITING + path);

test.each(['', 'no address', 'https://n8n.example.com/webhook-waiting/7/hailuo', ...ELSEWHERE, ...OTHER_PATHS])(
	'%j is none',
	(url) => {
		expect(isOwnDoorbell(OWN, url)).toBe(false);
	},
);

test.each(['', 'no address'])('nothing is a doorbell of an n8n whose own address is %j', (own) => {
	expect(isOwnDoorbell(own, `${WAITING}/7/hailuo`)).toBe(false);
});

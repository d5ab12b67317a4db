import type { ICredentialType } from 'n8n-workflow';

/**
 * The package as it is published: the engine tests run what `npm run build` made, not the sources.
 */
type NodeModule = typeof import('../../../nodes/Hailuo/Hailuo.node');
type TriggerModule = typeof import('../../../nodes/Hailuo/HailuoTrigger.node');
type DownloadModule = typeof import('../../../nodes/Hailuo/io/downloadVideo');

function load<Module>(file: string): Module {
	return require(`../../../dist/${file}`);
}

export const { Hailuo } = load<NodeModule>('nodes/Hailuo/Hailuo.node');
export const { HailuoTrigger } = load<TriggerModule>('nodes/Hailuo/HailuoTrigger.node');

/** Changeable, so that a test can say how many tries a download gets. */
export const { DOWNLOAD_LIMITS } = load<DownloadModule>('nodes/Hailuo/io/downloadVideo');

const manifest: { n8n: { credentials: string[] } } = require('../../../package.json');

/** One of each; a test may add its own. */
export const credentialTypes: ICredentialType[] = manifest.n8n.credentials.map((file) => {
	const [Type] = Object.values(require(`../../../${file}`) as Record<string, new () => ICredentialType>);
	if (!Type) throw new Error(`${file} holds no credential`);
	return new Type();
});

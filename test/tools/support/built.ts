import type { ICredentialType } from 'n8n-workflow';

/**
 * The package as it is published: the engine tests run what `npm run build` made, not the sources.
 */
type NodeModule = typeof import('../../../nodes/Hailuo/Hailuo.node');
type GatewayModule = typeof import('../../../nodes/Hailuo/io/providerClient');
type MediaModule = typeof import('../../../nodes/Hailuo/io/media');

function load<Module>(file: string): Module {
	return require(`../../../dist/${file}`);
}

export const { Hailuo } = load<NodeModule>('nodes/Hailuo/Hailuo.node');

/** Changeable, so that a test of a silence of minutes lasts a second. */
export const { REQUEST_TIMEOUTS } = load<GatewayModule>('nodes/Hailuo/io/providerClient');
export const { DOWNLOAD_LIMITS } = load<MediaModule>('nodes/Hailuo/io/media');

export const credentialTypes: ICredentialType[] = [
	'HailuoAimlApi',
	'HailuoApiframeApi',
	'HailuoEvolinkApi',
	'HailuoWiroApi',
].map((name) => {
	const Type = load<Record<string, new () => ICredentialType>>(`credentials/${name}.credentials`)[name];
	if (!Type) throw new Error(`The build has no credential ${name}`);
	return new Type();
});

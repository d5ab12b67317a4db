import eslint from '@eslint/js';
import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import n8nNodesBasePlugin from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

const NODES = 'nodes/**/*.ts';
const CREDENTIALS = 'credentials/**/*.ts';
const PUBLISHED = [NODES, CREDENTIALS];

/** Node's globals as far as our scripts use them; the published code may use far fewer (n8n's rules see to that). */
const NODE_GLOBALS = Object.fromEntries(
	['AbortController', 'AbortSignal', 'Buffer', 'URL', 'clearTimeout', 'console', 'fetch', 'process', 'setTimeout'].map(
		(name) => [name, 'readonly'],
	),
);

/** What the code of each layer may import besides its own: the layers below it, and packages. core and providers know nothing of n8n. */
const LAYERS = {
	core: { below: [], packages: [] },
	providers: { below: ['core'], packages: [] },
	fields: { below: ['core', 'providers'], packages: ['n8n-workflow'] },
	io: { below: ['core', 'providers'], packages: ['n8n-workflow'] },
	operations: { below: ['core', 'providers', 'fields', 'io'], packages: ['n8n-workflow'] },
};

/**
 * @param files whose imports are bounded
 * @param folders on whose paths no import may lead, a regular expression each
 * @param packages the only ones that may be imported
 */
function bounded(name, files, folders, packages) {
	const patterns = [
		{ regex: `^\\.(?:.*/)?(?:${folders.join('|')})(?:/|$)`, message: 'This layer may not know that one.' },
		{ regex: `^(?!\\.|(?:${packages.join('|')})$)`, message: 'This layer may not import this package.' },
	];
	return { name: `imports of ${name}`, files, rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

const OUTSIDE_NODES = ['test', 'credentials'];

export default tseslint.config(
	{ ignores: ['dist/', 'coverage/', '.host/'] },
	{ linterOptions: { reportUnusedDisableDirectives: 'error' } },

	{
		files: ['**/*.{js,mjs}'],
		extends: [eslint.configs.recommended],
		languageOptions: { globals: NODE_GLOBALS },
	},
	{ files: ['**/*.js'], languageOptions: { sourceType: 'commonjs', globals: { __dirname: 'readonly' } } },

	{
		name: 'all TypeScript',
		files: ['**/*.ts'],
		extends: [eslint.configs.recommended, tseslint.configs.strict],
		languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
		rules: {
			// `import('stream').Readable` is the one way to name that type under n8n's rules.
			'@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
			eqeqeq: 'error',
		},
	},
	{
		name: 'published code',
		files: PUBLISHED,
		extends: [tseslint.configs.strictTypeChecked],
		// n8n's scan of the published package ignores inline disables, so here they do not count either.
		linterOptions: { noInlineConfig: true },
		rules: {
			'@typescript-eslint/consistent-type-assertions': [
				'error',
				{ assertionStyle: 'as', objectLiteralTypeAssertions: 'never' },
			],
			'@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
			'@typescript-eslint/no-unsafe-type-assertion': 'error',
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
			'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
			// A file of more than 200 lines is a question; one of more than 250 lines of code needs an answer.
			'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
			'no-console': 'error',
			// Words from outside are stripped of control characters before anybody sees them.
			'no-control-regex': 'off',
		},
	},
	{
		name: 'tests',
		files: ['test/**/*.ts'],
		rules: {
			'@typescript-eslint/await-thenable': 'error',
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
			// What a test looks up and does not find fails the test, which is what it is for.
			'@typescript-eslint/no-non-null-assertion': 'off',
			// n8n loads the built package by require, and so do the tests of it.
			'@typescript-eslint/no-require-imports': 'off',
			'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
		},
	},

	...Object.entries(LAYERS).map(([layer, { below, packages }]) => {
		const others = Object.keys(LAYERS).filter((other) => other !== layer && !below.includes(other));
		const files = [`nodes/Hailuo/${layer}/**/*.ts`];
		return bounded(layer, files, [...others, ...OUTSIDE_NODES, '[^/]*\\.node'], packages);
	}),
	bounded('nodes', ['nodes/Hailuo/*.ts'], OUTSIDE_NODES, ['n8n-workflow']),
	bounded('the signature', ['nodes/Hailuo/core/http/hmac.ts'], ['\\.\\./\\.\\.'], ['node:crypto']),
	// A key and an address are read once, and Wiro's signature is made once, for credentials and nodes alike.
	bounded('credentials', [CREDENTIALS], ['nodes/Hailuo/(?!core/|providers/)[^/]*', 'test'], ['n8n-workflow']),
	// What it imitates it must not know.
	bounded('the simulator', ['test/tools/simulator/**/*.ts'], ['nodes', 'credentials', 'dist'], ['.*']),

	// n8n's own rules, wired as its scan of a published package wires them (the overrides below included).
	{
		name: 'n8n: community nodes',
		...n8nCommunityNodesPlugin.configs.recommended,
		files: [...PUBLISHED, 'package.json'],
	},
	{
		name: 'n8n: package.json',
		files: ['package.json'],
		// The rules for package.json walk it as a JavaScript object literal, which this parser accepts.
		languageOptions: { parser: tseslint.parser },
		plugins: { 'n8n-nodes-base': n8nNodesBasePlugin },
		rules: { ...n8nNodesBasePlugin.configs.community.rules },
	},
	{
		name: 'n8n: credentials',
		files: [CREDENTIALS],
		plugins: { 'n8n-nodes-base': n8nNodesBasePlugin },
		rules: {
			...n8nNodesBasePlugin.configs.credentials.rules,
			// Written for n8n's own credentials, whose documentation has a slug instead of an address.
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
			// credential-password-field of the other plugin is the more exact one.
			'n8n-nodes-base/cred-class-field-type-options-password-missing': 'off',
		},
	},
	{
		name: 'n8n: nodes',
		files: [NODES],
		plugins: { 'n8n-nodes-base': n8nNodesBasePlugin },
		rules: {
			...n8nNodesBasePlugin.configs.nodes.rules,
			// These two want the string "main"; node-connection-type-literal of the other plugin wants the constant.
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
			// Some of our numbers do have an upper bound.
			'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
		},
	},
);

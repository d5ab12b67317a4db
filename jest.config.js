/** Unit, contract and engine tests. The end-to-end tests have their own file, test/e2e/jest.config.js. */
module.exports = {
	testEnvironment: 'node',
	roots: ['<rootDir>/credentials', '<rootDir>/nodes', '<rootDir>/test'],
	testMatch: ['<rootDir>/test/**/*.test.ts'],
	testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/'],
	transform: {
		'\\.ts$|/markdown-table/': [
			'@swc/jest',
			{
				jsc: { parser: { syntax: 'typescript' }, target: 'es2022', keepClassNames: true },
				module: { type: 'commonjs' },
				sourceMaps: 'inline',
			},
		],
	},
	// It comes as an ES module only.
	transformIgnorePatterns: ['/node_modules/(?!markdown-table/)'],
	setupFilesAfterEnv: ['<rootDir>/test/tools/run/retries.ts'],
	// Loading n8n-core costs each worker a second and some hundred megabytes, so more workers do not pay.
	maxWorkers: 2,
	testTimeout: 20_000,
	collectCoverageFrom: ['credentials/**/*.ts', 'nodes/**/*.ts'],
};

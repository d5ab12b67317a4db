const base = require('../../jest.config.js');

/** End-to-end tests: each suite starts a real n8n of its own, so suites run one after another and may take minutes. */
module.exports = {
	...base,
	rootDir: '../..',
	testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
	testPathIgnorePatterns: ['/node_modules/'],
	maxWorkers: 1,
	// Tests that mostly wait run side by side.
	maxConcurrency: 40,
	testTimeout: 420_000,
};

/**
 * `node loadOnce.js <n8n's node_modules> <package folder> <JSON of { nodes, credentials }>` prints the milliseconds that
 * n8n's own loader takes for these files of a package. A program of its own, because a file is only loaded once in a
 * process. Its NODE_PATH has to name n8n's node_modules, as n8n sets it for the packages it loads.
 */
const { createRequire } = require('node:module');
const path = require('node:path');
const { performance } = require('node:perf_hooks');

const [nodeModules, folder, list] = process.argv.slice(2);
const requireFromN8n = createRequire(path.join(nodeModules, 'n8n/package.json'));
requireFromN8n('reflect-metadata');
const { PackageDirectoryLoader } = requireFromN8n('n8n-core');
const { nodes, credentials } = JSON.parse(list);

const start = performance.now();
const loader = new PackageDirectoryLoader(folder);
for (const file of nodes) loader.loadNodeFromFile(file);
for (const file of credentials) loader.loadCredentialFromFile(file);
process.stdout.write(String(performance.now() - start));

#!/usr/bin/env node
// Plain JavaScript: an older Node runs this first, and hands over to the one that the devDependency `node` brings.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { bundledNode, nodeProblem } from '../host/node-version.mjs';

const problem = nodeProblem(process.versions.node, existsSync(bundledNode), 'npx fi');
if (problem === undefined) {
  import('./main.ts').then(({ main }) => main());
} else if (existsSync(bundledNode)) {
  const ended = spawnSync(bundledNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  if (ended.error) console.error(ended.error.message);
  // As a shell would report it.
  process.exitCode = ended.signal ? 128 + constants.signals[ended.signal] : (ended.status ?? 1);
} else {
  console.error(problem);
  process.exitCode = 1;
}

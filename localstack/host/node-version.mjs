/**
 * Plain JavaScript on purpose: this is what an older Node runs before anything else, so nothing here may need a new one.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The code is TypeScript that Node runs as it is, which Node 24 does. */
export const requiredMajor = 24;

/** The Node that the devDependency `node` brings. */
export const bundledNode = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));

/**
 * Says in one line what is wrong with the running Node and how to mend it.
 * @param {string} version of the running Node, e.g. `20.20.2`
 * @param {boolean} bundledNodeExists
 * @param {string} command that runs the same thing with the right Node
 * @returns {string | undefined} undefined when the version will do
 */
export const nodeProblem = (version, bundledNodeExists, command) => {
  if (Number(version.split('.')[0]) >= requiredMajor) return undefined;
  const found = `fi-events needs Node ${requiredMajor}, this is Node ${version}`;
  return bundledNodeExists
    ? `${found}: node_modules has the right one, use it with "${command}".`
    : `${found}, and the devDependency "node" did not arrive: run "npm ci" without --ignore-scripts, --omit=dev and NODE_ENV=production.`;
};

/**
 * Ends the process with status 1 when its Node is too old.
 * @param {string} command
 */
export const requireNode = (command) => {
  const problem = nodeProblem(process.versions.node, existsSync(bundledNode), command);
  if (problem === undefined) return;
  console.error(problem);
  process.exit(1);
};

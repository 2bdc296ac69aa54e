import { expect, test } from 'vitest';
import { nodeProblem } from '../../../localstack/host/node-version.mjs';

test.each(['24.0.0', '24.21.0', '26.1.0'])('Node %s will do', (version) => {
  expect(nodeProblem(version, true, 'npm start')).toBeUndefined();
  expect(nodeProblem(version, false, 'npm start')).toBeUndefined();
});

test('an old Node beside the right one is told which command uses that', () => {
  expect(nodeProblem('20.20.2', true, 'npm start')).toBe(
    'fi-events needs Node 24, this is Node 20.20.2: node_modules has the right one, use it with "npm start".',
  );
});

test('an old Node alone is told why the right one did not arrive, in one line', () => {
  const problem = nodeProblem('18.1.0', false, 'npm test');
  expect(problem).toContain('"npm ci" without --ignore-scripts, --omit=dev and NODE_ENV=production');
  expect(problem).not.toContain('\n');
});

/**
 * Adds up what the suites of `.ci/run` left in a folder: `<name>.status` (an exit status), for vitest suites `<name>.json`,
 * and for pytest suites `<name>.xml` in JUnit's form.
 * Prints each failed suite and test with what it said, the reason of each skip, and the closing line; exits 1 unless everything passed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const folder = process.argv[2];

/** pytest's report: the counts stand in the attributes of its one test suite, the skipped tests with their reasons below. */
const readJunit = (text) => {
  const suite = /<testsuite [^>]*>/.exec(text)?.[0] ?? '';
  const count = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  const ended = [
    ...text.matchAll(
      /<testcase classname="([^"]*)" name="([^"]*)"[^>]*>\s*<(skipped|failure|error) [^>]*message="([^"]*)"/g,
    ),
  ];
  return {
    numFailedTests: failed,
    numPassedTests: count('tests') - failed - count('skipped'),
    numPendingTests: count('skipped'),
    testResults: [
      {
        assertionResults: ended.map(([, file, name, kind, message]) => ({
          status: kind === 'skipped' ? 'skipped' : 'failed',
          fullName: `${file} ${name}`,
          failureMessages: [message],
          meta: { skipReason: message },
        })),
      },
    ],
  };
};

/** What a suite wrote about its tests; undefined when it wrote nothing. */
const readReport = (name) => {
  const [vitest, pytest] = ['json', 'xml'].map((kind) => path.join(folder, `${name}.${kind}`));
  if (existsSync(vitest)) return JSON.parse(readFileSync(vitest, 'utf8'));
  return existsSync(pytest) ? readJunit(readFileSync(pytest, 'utf8')) : undefined;
};

/** The first lines of what a failed test said: whoever sees only the end of CI's output reads there what broke. */
const firstLines = ({ failureMessages = [] }) => failureMessages.join('\n').split('\n').slice(0, 12).join('\n    ');

const totals = { passed: 0, failed: 0, skipped: 0 };

for (const file of readdirSync(folder).filter((name) => name.endsWith('.status'))) {
  const name = path.basename(file, '.status');
  const status = Number(readFileSync(path.join(folder, file), 'utf8'));
  const report = readReport(name);
  const failedTests = report?.numFailedTests ?? 0;
  totals.passed += report?.numPassedTests ?? (status === 0 ? 1 : 0);
  totals.skipped += (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  // A suite may fail without a failed test (a hook, an unhandled error, no report at all): that counts too.
  totals.failed += status !== 0 && failedTests === 0 ? 1 : failedTests;
  if (status !== 0) console.log(`FAILED ${name}: exit status ${status}, ${failedTests} failed tests`);
  for (const test of (report?.testResults ?? []).flatMap((result) => result.assertionResults)) {
    if (test.status === 'failed') console.log(`FAILED ${name}: ${test.fullName}\n    ${firstLines(test)}`);
    if (test.status === 'pending' || test.status === 'skipped' || test.status === 'todo') {
      console.log(
        `SKIPPED ${name}: ${test.fullName}: ${test.meta?.skipReason ?? 'see the reason printed by the suite above'}`,
      );
    }
  }
}

console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));

export type Properties = Readonly<Record<string, unknown>>;

export interface Resource {
  readonly Type: string;
  readonly Properties: Properties;
}

/** The CloudFormation template that a deployment would send. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

export interface Packaged {
  readonly succeeded: boolean;
  /** What the command wrote, both streams. */
  readonly output: string;
  /** Undefined when packaging failed. */
  readonly template: Template | undefined;
}

/** Neither credentials nor settings of the caller's shell: packaging must need none. */
const bareEnvironment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS_|FI_|VITEST|NODE_ENV)/.test(name))),
  AWS_EC2_METADATA_DISABLED: 'true',
});

/** Runs `sls package` for a stage, with parameters by name. */
export const packageStack = (stage: string, parameters: Readonly<Record<string, string>> = {}): Packaged => {
  const folder = mkdtempSync(path.join(tmpdir(), 'fi-package-'));
  try {
    const given = Object.entries(parameters).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
    const { status, stdout, stderr } = spawnSync(
      path.join(repository, 'node_modules/.bin/sls'),
      ['package', '--stage', stage, '--package', folder, ...given],
      { cwd: repository, env: bareEnvironment(), encoding: 'utf8' },
    );
    const succeeded = status === 0;
    const file = path.join(folder, 'cloudformation-template-update-stack.json');
    return {
      succeeded,
      output: stdout + stderr,
      template: succeeded ? (JSON.parse(readFileSync(file, 'utf8')) as Template) : undefined,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { commands } from '../../../localstack/cli/commands.ts';
import { fi } from './fixtures/run.ts';

test.each([[[]], [['--help']], [['-h']], [['help']]])('fi %s shows every command', async (words) => {
  const { status, out } = await fi(words);
  expect(status).toBe(0);
  for (const { name, summary } of commands) {
    expect(out).toContain(name);
    expect(out).toContain(summary);
  }
});

test.each(commands.map((command) => [command.name, command] as const))(
  'fi %s --help shows each option',
  async (name, command) => {
    const { status, out } = await fi([...name.split(' '), '--help']);
    expect(status).toBe(0);
    expect(out).toContain(`Usage: fi ${name}`);
    for (const [option, { help }] of Object.entries(command.options)) {
      expect(out).toContain(`--${option}`);
      expect(out).toContain(help);
    }
  },
);

test('fi key --help shows the commands for keys', async () => {
  const { status, out } = await fi(['key', '--help']);
  expect(status).toBe(0);
  for (const name of ['key create', 'key list', 'key revoke']) expect(out).toContain(name);
  expect(out).not.toContain('fi tail');
});

test.each([
  ['tial', '"tial"'],
  ['tail --folow', '--folow'],
  ['tail surplus', '"surplus"'],
  ['tail --lines many', '--lines'],
  ['tail --lines', '--lines'],
  ['tail --follow=yes', '--follow'],
  ['cat', 'PART'],
  ['key', 'create, list, revoke'],
  ['key make', '"make"'],
  ['key create', '--consultations'],
  ['key create --consultations a* --actions append,write', '"write"'],
  ['key revoke', 'ID'],
])('fi %s is wrong usage and names %s', async (line, named) => {
  const { status, out, err } = await fi(line.split(' '));
  expect(status).toBe(2);
  expect(out).toBe('');
  expect(err).toContain(named);
});

test('a part that is not there is a failure that names it', async () => {
  const { status, err } = await fi(['cat', 'nowhere.h5']);
  expect(status).toBe(1);
  expect(err).toContain('there is no part nowhere.h5');
});

test('a wrong setting is a failure that names it', async () => {
  const { status, err } = await fi(['stats'], { environment: { FI_STORE_DRI: '/x' } });
  expect(status).toBe(1);
  expect(err).toContain('FI_STORE_DRI is not a setting; did you mean FI_STORE_DIR?');
});

test('the command itself runs in a process of its own, and says with its status how it went', async () => {
  const program = fileURLToPath(new URL('../../../localstack/cli/fi.mjs', import.meta.url));
  const run = promisify(execFile);
  expect((await run(process.execPath, [program, '--help'])).stdout).toContain('Usage: fi COMMAND');
  await expect(run(process.execPath, [program, 'nonsense'])).rejects.toMatchObject({ code: 2 });
});

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { partFiles } from '../../bench/parts/live-files.ts';
import type { AcceptedOne } from '../e2e/api/events.ts';
import { eventually } from '../e2e/api/eventually.ts';
import { freePorts, repository } from '../e2e/hosts/host.ts';
import { python } from '../interop/python.ts';

const run = promisify(execFile);

let cleanUp: (() => Promise<void>) | undefined;
afterEach(() => cleanUp?.());

describe.each(['localstack', 'ministack'])('npm run %s', (name) => {
  it('says what to try, and the event that is sent so is in a part that h5py reads', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), `fi-newcomer-${name}-`));
    const [port = 0] = await freePorts(1);
    const options = ['--port', String(port), '--state', path.join(folder, 'state')];
    const npm = (script: string, ...more: readonly string[]) =>
      run('npm', ['run', script, '--', ...options, ...more], { cwd: repository, maxBuffer: 1024 ** 2 });
    cleanUp = async () => {
      await npm(`${name}:down`);
      rmSync(folder, { recursive: true });
    };
    const storeDir = path.join(folder, 'store');
    const { stdout } = await npm(name, '--store', storeDir);
    const [, send = ''] = /^Try: +(curl .*)$/m.exec(stdout) ?? [];
    const accepted = await run('sh', ['-c', send]);
    const { status, event_id: eventId }: AcceptedOne = JSON.parse(accepted.stdout);
    expect(status).toBe('accepted');
    await eventually('a part', () => partFiles(storeDir)[0], 60_000);
    // The README's own lines, which a newcomer would try next.
    const readme = readFileSync(path.join(repository, 'README.md'), 'utf8');
    const [, snippet = ''] = /^```python\n(import glob.*?)^```$/ms.exec(readme) ?? [];
    expect(snippet).toContain('data/store');
    const read = await run(python, ['-c', snippet.replaceAll('data/store', storeDir)]);
    expect(read.stdout).toBe(`${eventId} CONSULTATION_STARTED {'reason': 'cough'}\n`);
  });
});

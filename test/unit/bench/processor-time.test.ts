import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { machineTimes, processorMsOf } from '../../../bench/measure/processor-time.ts';

describe.runIf(process.platform === 'linux')('processor time', () => {
  it('is that of a process and of what it started, ended or not', () => {
    const before = processorMsOf(process.pid) ?? Number.NaN;
    const burn = 'const end = process.cpuUsage().user + 200_000; while (process.cpuUsage().user < end);';
    execFileSync(process.execPath, ['-e', burn]);
    const after = processorMsOf(process.pid) ?? Number.NaN;
    expect(after - before).toBeGreaterThanOrEqual(190);
    const machine = machineTimes();
    expect(machine?.busyMs).toBeGreaterThan(after - before);
  });

  it('is unknown of a process that is not there', () => {
    expect(processorMsOf(2 ** 22 + 1)).toBeUndefined();
  });
});

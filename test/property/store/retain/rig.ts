import { expect } from 'vitest';
import type { SealFiles } from '../../../../shared/store/files.ts';
import { retain } from '../../../../shared/store/retain/retain.ts';
import { Retainer } from '../../../../shared/store/retain/retainer.ts';
import type { Finding } from '../../../../shared/store/verify/finding.ts';
import { verifyStore } from '../../../../shared/store/verify/verify.ts';
import { common, signer, store } from '../merge/rig.ts';
import type { SimulatedFiles } from '../simulated-files.ts';

export const retentionDays = 30;

/** Keeps conversation for a month. @param files what it sees of the disk, if that is not all. */
export const retainerOf = (disk: SimulatedFiles, files: SealFiles = disk): Retainer =>
  new Retainer({
    ...common(disk),
    files,
    policy: () => ({
      retentionDaysOf: (segment) => (segment === 'conversation' ? retentionDays : undefined),
      holds: { segments: new Set(), consultations: new Set() },
    }),
  });

/** Drops what is due. */
export const dropDue = async (retainer: Retainer): Promise<void> => {
  const done = await retain(retainer, {
    dryRun: false,
    onDay: ({ outcome }) => expect(outcome).toEqual({ kind: 'dropped' }),
  });
  expect(done).toBe(true);
};

/** What `fi verify` finds. */
export const findingsOn = async (disk: SimulatedFiles): Promise<readonly Finding[]> => {
  const findings: Finding[] = [];
  await verifyStore({
    store,
    files: disk,
    trusted: [signer.verifierKey],
    witness: { found: (finding) => findings.push(finding), noted: () => {}, progress: () => {} },
    clock: common(disk).clock,
  });
  return findings;
};

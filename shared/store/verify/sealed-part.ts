import path from 'node:path';
import { PartDamaged } from '../../domain/errors.ts';
import type { CommittedPart } from '../commits/format.ts';
import type { RangeFile } from '../files.ts';
import { namingDamage } from '../part/sealed/damage.ts';
import { openSealedPart, type SealedPart } from '../part/sealed/open.ts';
import { sha256Of } from './file-hash.ts';
import { type Finding, reasonOf } from './finding.ts';
import { requireWholeIndex } from './part-index.ts';

/** What a part says about itself that the commit says too. */
const disagreement = (part: CommittedPart, { meta }: SealedPart): string | undefined => {
  const told: readonly (readonly [string, string | number, string | number])[] = [
    ['part_id', meta.partId, path.basename(part.path, '.h5')],
    ['level', meta.level, part.level],
    ['segment', meta.segment, part.segment],
    ['day', meta.day, part.day],
    ['count', meta.count, part.count],
    ['position_offset_min', part.base_position + meta.positionOffsetMin, part.first_position],
    ['position_offset_max', part.base_position + meta.positionOffsetMax, part.last_position],
  ];
  const [first] = told.filter(([, inPart, inCommit]) => inPart !== inCommit);
  return first && `its ${first[0]} is ${first[1]}, and the commit says ${first[2]}`;
};

const finding = (part: CommittedPart, reason: string): Finding => ({
  kind: 'changed',
  file: part.path,
  position: part.first_position,
  lastPosition: part.last_position,
  reason,
});

/**
 * Compares a part with what its commit says of it, and its index with its rows. Its events are not looked at here.
 * @returns what is wrong; nothing when it is whole.
 * @throws the system's errors.
 */
export const checkSealedPart = async (file: RangeFile, part: CommittedPart): Promise<readonly Finding[]> => {
  const findings: Finding[] = [];
  if (file.bytes !== part.bytes) {
    findings.push(finding(part, `it has ${file.bytes} bytes instead of ${part.bytes}`));
  } else if ((await sha256Of(file)) !== part.sha256) {
    findings.push(finding(part, 'its bytes are not those that its commit names'));
  }
  try {
    const sealed = await openSealedPart(file, { path: part.path, basePosition: part.base_position });
    const differs = disagreement(part, sealed);
    if (differs !== undefined) findings.push(finding(part, differs));
    await namingDamage(part.path, () => requireWholeIndex(sealed.source.part));
  } catch (error) {
    if (!(error instanceof PartDamaged)) throw error;
    findings.push(finding(part, reasonOf(error)));
  }
  return findings;
};

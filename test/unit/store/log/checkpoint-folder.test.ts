import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../../shared/domain/errors.ts';
import { DurableFolders } from '../../../../shared/store/folders.ts';
import { signCheckpoint } from '../../../../shared/store/log/checkpoint.ts';
import {
  type CheckpointKeeping,
  keepCheckpoint,
  newestCheckpoint,
} from '../../../../shared/store/log/checkpoint-folder.ts';
import { generateSigningKey, openSigner } from '../../../../shared/store/log/note/signer.ts';
import { appendLeaves, emptyEdge } from '../../../../shared/store/log/right-edge.ts';
import { SimulatedFiles } from '../../../property/store/simulated-files.ts';
import { countingLeaves } from './go-log.ts';

const folder = '/elsewhere';
const signer = openSigner(generateSigningKey('example.com/log'));
const leaves = countingLeaves(2_000);
const noteOf = (size: number): string => signCheckpoint(signer, appendLeaves(emptyEdge, leaves.subarray(0, size * 32)));
const [monday, tuesday] = [Date.parse('2026-11-23T23:59:59Z'), Date.parse('2026-11-24T00:00:00Z')];

const keepingIn = (files: SimulatedFiles): CheckpointKeeping => {
  let names = 0;
  return { files, folder, folders: new DurableFolders(files, folder), uniqueName: () => String(names++) };
};
const namesIn = (files: SimulatedFiles): string[] =>
  [...files.filesBelow(folder).keys()].map((file) => file.slice(folder.length + 1)).sort();

describe('checkpoints in a second folder', () => {
  it('are the last of each day, and the newest is found', async () => {
    const files = new SimulatedFiles(folder);
    const keeping = keepingIn(files);
    expect(await newestCheckpoint(files, folder)).toBeUndefined();
    await keepCheckpoint(keeping, noteOf(5), monday);
    await keepCheckpoint(keeping, noteOf(90), monday);
    await keepCheckpoint(keeping, noteOf(1_000), tuesday);
    expect(namesIn(files)).toEqual([
      '0000000000000090-2026-11-23.checkpoint',
      '0000000000001000-2026-11-24.checkpoint',
    ]);
    files.losePower();
    expect(await newestCheckpoint(files, folder)).toEqual({
      file: `${folder}/0000000000001000-2026-11-24.checkpoint`,
      note: noteOf(1_000),
    });
  });

  it('are never set back by a writer that woke up late', async () => {
    const files = new SimulatedFiles(folder);
    await keepCheckpoint(keepingIn(files), noteOf(90), monday);
    await keepCheckpoint(keepingIn(files), noteOf(5), monday);
    await keepCheckpoint(keepingIn(files), noteOf(7), tuesday);
    expect((await newestCheckpoint(files, folder))?.note).toBe(noteOf(90));
  });

  it('may be kept again, and are not replaced by another of the same size', async () => {
    const files = new SimulatedFiles(folder);
    await keepCheckpoint(keepingIn(files), noteOf(90), monday);
    await keepCheckpoint(keepingIn(files), noteOf(90), monday);
    const other = signCheckpoint(signer, appendLeaves(emptyEdge, leaves.subarray(32, 91 * 32)));
    await expect(keepCheckpoint(keepingIn(files), other, monday)).rejects.toThrow(StoreUnavailable);
    expect((await newestCheckpoint(files, folder))?.note).toBe(noteOf(90));
  });

  it('are there or the failure is told, whatever call fails', async () => {
    for (let call = 0; call < 14; call++) {
      for (const kind of ['error-before', 'error-after', 'crash'] as const) {
        const files = new SimulatedFiles(folder);
        await keepCheckpoint(keepingIn(files), noteOf(5), monday);
        files.restart();
        files.fault = { call, kind, code: 'EIO' };
        const kept = await keepCheckpoint(keepingIn(files), noteOf(90), monday).then(
          () => true,
          () => false,
        );
        files.losePower();
        const newest = await newestCheckpoint(files, folder);
        expect([noteOf(90), kept ? noteOf(90) : noteOf(5)]).toContain(newest?.note);
      }
    }
  });
});

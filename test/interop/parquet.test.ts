import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { fi } from '../unit/cli/fixtures/run.ts';
import { createSealRig } from '../unit/store/seal/rig.ts';
import { realisticEvents, trickyEvents } from './events.ts';
import { expectationOf, runPython } from './python.ts';

const script = fileURLToPath(new URL('read_parquet.py', import.meta.url));

it('fi export to Parquet reads the same in pyarrow and pandas, byte for byte what was stored', async () => {
  const rig = createSealRig();
  await rig.store(...realisticEvents(2_500));
  await rig.sealer().seal();
  await rig.store(...trickyEvents());
  await rig.sealer().seal();
  const folder = mkdtempSync(path.join(tmpdir(), 'fi-interop-'));
  try {
    const file = path.join(folder, 'events.parquet');
    const { status, err, out } = await fi(['export', file], { environment: { FI_STORE_DIR: rig.folder } });
    expect(status, err).toBe(0);
    const log = await rig.sealed();
    expect(await runPython(script, file)).toEqual({
      row_groups: 1,
      next: out.trim(),
      compression: 'ZSTD',
      types: {
        position: 'int64',
        event_id: 'string',
        consultation_id: 'string',
        event_type: 'string',
        user_id: 'string',
        occurred_at: 'string',
        received_at: 'timestamp[ms, tz=UTC]',
        request_index: 'int32',
        segment: 'string',
        payload: 'string',
        erased_at: 'string',
      },
      events: log.map((event, position) => ({ ...expectationOf(event), position })),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

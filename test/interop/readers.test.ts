import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AcceptedEvent } from '../../shared/domain/event.ts';
import { createPartWriter } from '../../shared/store/level0.ts';
import type { Compression } from '../../shared/store/port.ts';
import { realisticEvents, trickyEvents } from './events.ts';
import { expectationOf, runPython } from './python.ts';

const script = fileURLToPath(new URL('read_parts.py', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-interop-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const writeParts = async (compression: Compression, batches: readonly (readonly AcceptedEvent[])[]) => {
  const writer = createPartWriter({ folder });
  const parts = [];
  for (const batch of batches) parts.push(await writer.write(batch, compression));
  return parts;
};

const expectedFile = (events: readonly AcceptedEvent[]): string => {
  const file = path.join(folder, 'expected.ndjson');
  writeFileSync(file, events.map((event) => `${JSON.stringify(expectationOf(event))}\n`).join(''));
  return file;
};

describe.each(['gzip-1', 'gzip-6', 'none'] as const)('parts with compression %s', (compression) => {
  it('read the same in h5py and h5dump, byte for byte what was stored, with every hash right', async () => {
    const events = [...realisticEvents(2_000), ...trickyEvents()];
    await writeParts(compression, [
      events.slice(0, 1),
      events.slice(1, 11),
      events.slice(11, 1_000),
      events.slice(1_000, 2_000),
      trickyEvents(),
    ]);
    const found = await runPython(script, folder, expectedFile(events));
    expect(found).toMatchObject({ parts: 5, events: events.length, hdf5: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
  });

  it('are read by the snippet of the format document', async () => {
    const events = [...realisticEvents(200), ...trickyEvents()];
    const [part] = await writeParts(compression, [events]);
    const document = readFileSync(new URL('../../docs/PART_FORMAT.md', import.meta.url), 'utf8');
    const snippet = /^```python\n(.*?)^```$/ms.exec(document)?.[1];
    const script = path.join(folder, 'snippet.py');
    const print = [
      'import json, sys',
      'frame = read_part(sys.argv[1])',
      'frame["payload"] = frame["payload"].map(lambda payload: payload.decode("utf-8"))',
      'frame["received_at"] = frame["received_at"].map(lambda time: time.isoformat(timespec="milliseconds"))',
      'print(json.dumps(frame.to_dict("records")))',
    ];
    writeFileSync(script, [snippet, ...print].join('\n'));
    const rows = await runPython(script, path.join(folder, part?.path ?? ''));
    expect(rows).toEqual(
      events.map(({ consultationId, eventId, eventType, userId, receivedAt, segment, payload }) => ({
        consultation_id: consultationId,
        event_id: eventId,
        event_type: eventType,
        user_id: userId ?? '',
        received_at: receivedAt.replace('Z', '+00:00'),
        segment,
        payload,
      })),
    );
  });
});

it('the reader in Python finds an event that was changed', async () => {
  const events = realisticEvents(3);
  await writeParts('gzip-1', [events]);
  const changed = events.map((event, row) => (row === 1 ? { ...event, payload: '{"n":1.00}' } : event));
  await expect(runPython(script, folder, expectedFile(changed))).rejects.toThrow('is not');
});

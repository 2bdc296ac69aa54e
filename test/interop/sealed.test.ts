import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PartId } from '../../shared/domain/ids.ts';
import { leafHash } from '../../shared/domain/leaf.ts';
import type { RenderedPart } from '../../shared/store/part/sealed/layout.ts';
import { mergeParts } from '../../shared/store/part/sealed/merge.ts';
import { type PositionedEvent, writeSealedPart } from '../../shared/store/part/sealed/write.ts';
import type { Compression } from '../../shared/store/port.ts';
import { header, openBytes, sealable } from '../unit/store/sealed/parts.ts';
import { realisticEvents, trickyEvents } from './events.ts';
import { expectationOf, runPython } from './python.ts';

const script = fileURLToPath(new URL('read_sealed_parts.py', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-interop-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;
const newPartId = () => `0196e0a0-0000-7000-8000-${String(made++).padStart(12, '0')}` as PartId;

/** Events with positions that skip some, as where other segments have them, over three windows and a half. */
const sealedEvents = (count: number, basePosition: number): readonly PositionedEvent[] =>
  [...realisticEvents(count), ...trickyEvents()].map(sealable).map((event, index) => ({
    event: { ...event, leaf: leafHash(event) },
    positionOffset: basePosition + index * Math.floor((3.5 * 65_536) / (count + 30)),
  }));

/** Puts the part where the script looks for it, its base position in its name. */
const put = (part: RenderedPart, basePosition: number): string => {
  const file = path.join(folder, `${basePosition}-${part.meta.partId}.h5`);
  writeFileSync(file, part.bytes);
  return file;
};

const sealAll = async (events: readonly PositionedEvent[], basePosition: number, compression: Compression) => {
  const rebased = events.map(({ event, positionOffset }) => ({ event, positionOffset: positionOffset - basePosition }));
  const part = await writeSealedPart(rebased, { ...header, partId: newPartId() }, compression);
  return { part, basePosition };
};

const expectedFile = (events: readonly PositionedEvent[]): string => {
  const file = path.join(folder, 'expected.ndjson');
  const lines = events.map(({ event, positionOffset }) => ({ ...expectationOf(event), position: positionOffset }));
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
};

const hdf5 = expect.stringMatching(/^\d+\.\d+\.\d+$/);

describe.each(['gzip-1', 'gzip-9', 'none'] as const)('sealed parts with compression %s', (compression) => {
  it('read the same in h5py and h5dump, byte for byte what was stored, sorted and indexed', async () => {
    const events = sealedEvents(2_500, 100);
    const single = events.slice(0, 1);
    const parts = [
      await sealAll(single, single[0]?.positionOffset ?? 0, compression),
      await sealAll(events.slice(1), 33, compression),
    ];
    for (const { part, basePosition } of parts) put(part, basePosition);
    const found = await runPython(script, folder, expectedFile(events));
    expect(found).toMatchObject({ parts: 2, events: events.length, hdf5 });
  });

  it('so do those that are merged from them', async () => {
    const events = sealedEvents(1_500, 70_000);
    const inputs = [];
    for (let at = 0; at < events.length; at += 400) {
      const members = events.slice(at, at + 400);
      inputs.push(await sealAll(members, members[0]?.positionOffset ?? 0, 'gzip-6'));
    }
    const opened = await Promise.all(inputs.map(({ part, basePosition }) => openBytes(part.bytes, basePosition)));
    let parts = 0;
    for await (const part of mergeParts(opened, { level: 2, compression, newPartId, mostRows: 1_000 })) {
      put(part, part.basePosition);
      parts++;
    }
    expect(parts).toBeGreaterThan(1);
    const found = await runPython(script, folder, expectedFile(events));
    expect(found).toMatchObject({ parts, events: events.length, hdf5 });
  });
});

it('sealed parts of more rows than a chunk has, and of more payload', async () => {
  const events = Array.from({ length: 3 }, () => realisticEvents(7_000))
    .flat()
    .map(sealable)
    .map((event, positionOffset) => ({ event: { ...event, leaf: leafHash(event) }, positionOffset }));
  const { part } = await sealAll(events, 0, 'gzip-6');
  put(part, 0);
  const found = await runPython(script, folder, expectedFile(events));
  expect(found).toMatchObject({ parts: 1, events: events.length });
});

it('the reader in Python finds a sealed event that was changed', async () => {
  const events = sealedEvents(3, 0);
  const { part } = await sealAll(events, 0, 'gzip-6');
  put(part, 0);
  const changed = events.map((event, row) =>
    row === 1 ? { ...event, event: { ...event.event, payload: '{"n":1.00}' } } : event,
  );
  await expect(runPython(script, folder, expectedFile(changed))).rejects.toThrow('is not');
});

it('sealed parts are read by the snippet of the format document', async () => {
  const events = sealedEvents(200, 0);
  const { part } = await sealAll(events, 0, 'gzip-9');
  const file = put(part, 0);
  const document = readFileSync(new URL('../../docs/PART_FORMAT.md', import.meta.url), 'utf8');
  const snippet = /^```python\n(.*?)^```$/ms.exec(document)?.[1];
  const program = path.join(folder, 'snippet.py');
  const print = [
    'import json, sys',
    'frame = read_part(sys.argv[1]).sort_values("position_offset")',
    'frame["payload"] = frame["payload"].map(lambda payload: payload.decode("utf-8"))',
    'frame["received_at"] = frame["received_at"].map(lambda time: time.isoformat(timespec="milliseconds"))',
    'print(json.dumps(frame.to_dict("records")))',
  ];
  writeFileSync(program, [snippet, ...print].join('\n'));
  const rows = await runPython(program, file);
  expect(rows).toEqual(
    events.map(({ event, positionOffset }) => ({
      consultation_id: event.consultationId,
      event_id: event.eventId,
      event_type: event.eventType,
      user_id: event.userId ?? '',
      received_at: event.receivedAt.replace('Z', '+00:00'),
      segment: event.segment,
      payload: event.payload,
      position_offset: positionOffset,
    })),
  );
});

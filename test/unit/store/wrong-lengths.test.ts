import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../shared/ports/clock.ts';
import { nodeStoreFiles, rangeOf } from '../../../shared/store/files.ts';
import { createEventReader, type StoreReading } from '../../../shared/store/read.ts';
import { consultation, eventIdOf, eventOf } from './events.ts';
import { createSealRig } from './seal/rig.ts';

const query = { consultationId: consultation, limit: 10, includeUnsealed: true };

/** A share that shows parts as empty until so much time has passed, as the kernel does after a read that broke off. */
const shareWithWrongLengths = (untilMs: number) => {
  let nowMs = 0;
  const isWrong = (file: string): boolean => file.endsWith('.h5') && nowMs < untilMs;
  const files: StoreReading = {
    ...nodeStoreFiles,
    read: async (file) => (isWrong(file) ? new Uint8Array() : nodeStoreFiles.read(file)),
    openRanges: async (file) => (isWrong(file) ? rangeOf(new Uint8Array()) : nodeStoreFiles.openRanges(file)),
  };
  const clock = {
    ...systemClock,
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  return { files, clock };
};

describe('a part whose length is wrong for a moment', () => {
  it('is no damaged one when it is sealed', async () => {
    const rig = createSealRig();
    await rig.store(eventOf(1));
    await rig.sealer().seal();
    const reader = createEventReader({ folder: rig.folder, ...shareWithWrongLengths(1_000) });
    const page = await reader.byConsultation(query);
    expect(page.events).toMatchObject([{ eventId: eventIdOf(1), position: 0 }]);
    expect(page).not.toHaveProperty('unreadable');
  });

  it('is no damaged one while it waits in level 0', async () => {
    const rig = createSealRig();
    await rig.store(eventOf(1));
    const reader = createEventReader({ folder: rig.folder, ...shareWithWrongLengths(1_000) });
    const page = await reader.byConsultation(query);
    expect(page.events).toMatchObject([{ eventId: eventIdOf(1) }]);
    expect(page).not.toHaveProperty('unreadable');
  });

  it('is a damaged one when it stays so', async () => {
    const rig = createSealRig();
    await rig.store(eventOf(1));
    const reader = createEventReader({ folder: rig.folder, ...shareWithWrongLengths(1_000_000) });
    expect(await reader.byConsultation(query)).toMatchObject({
      events: [],
      unreadable: [expect.stringMatching(/^level0/)],
    });
    await rig.sealer().seal();
    expect(await reader.byConsultation(query)).toMatchObject({
      events: [],
      unreadable: [expect.stringMatching(/^parts/)],
    });
  });
});

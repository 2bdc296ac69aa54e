import { describe, expect, it } from 'vitest';
import { event } from '../persist/rig.ts';
import { letterOf } from '../quarantine/letters.ts';
import { createReplayRig } from './rig.ts';

describe('on a share whose listings are old', () => {
  it('a letter that was settled meanwhile is neither listed nor touched', async () => {
    const rig = createReplayRig();
    const letter = letterOf(event(1));
    await rig.put([letter]);
    await rig.discard({ all: true, note: 'why' });
    const { list } = rig.disk;
    rig.disk.list = async (folder) => (folder.includes('settled') ? [] : list.call(rig.disk, folder));
    expect((await rig.list()).letters).toEqual([]);
    expect((await rig.retry({ all: true })).outcomes).toEqual([]);
    expect((await rig.retry({ letters: [letter.letterId] })).outcomes).toMatchObject([{ outcome: 'settled_before' }]);
    expect(rig.sent).toEqual([]);
  });

  it('a letter that another operator settles while others of the call are worked on is left alone', async () => {
    const [first, second] = [letterOf(event(1)), letterOf(event(2))].sort((left, right) =>
      left.letterId < right.letterId ? -1 : 1,
    );
    const rig = createReplayRig({
      byId: async () => {
        await rig.discard({ letters: [second?.letterId], note: 'meanwhile' });
        return undefined;
      },
    });
    await rig.put([letterOf(event(1)), letterOf(event(2))]);
    expect((await rig.retry({ all: true })).outcomes).toMatchObject([
      { letter_id: first?.letterId, outcome: 'retried' },
      { letter_id: second?.letterId, outcome: 'settled_before', settlement: { note: 'meanwhile' } },
    ]);
    expect(rig.sent).toHaveLength(1);
  });
});

describe('a settlement', () => {
  it('whose name could not be synced is none yet: the operator hears of it, and power may take it', async () => {
    const rig = createReplayRig();
    const letter = letterOf(event(1));
    await rig.put([letter]);
    const { syncFolder } = rig.disk;
    let syncs = 0;
    rig.disk.syncFolder = (folder) => {
      const isLast = folder.includes(`settled/${letter.letterId[0]}`);
      if (isLast && ++syncs === 1) return Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
      return syncFolder.call(rig.disk, folder);
    };
    expect((await rig.call('POST', '/quarantine/discard', { all: true, note: 'why' })).status).toBe(503);
    rig.disk.losePower();
    expect((await rig.list()).letters).toHaveLength(1);
    expect((await rig.discard({ all: true, note: 'why' })).outcomes).toMatchObject([{ outcome: 'discarded' }]);
    rig.disk.losePower();
    expect((await rig.list()).letters).toEqual([]);
  });

  it('that is damaged still settles', async () => {
    const rig = createReplayRig();
    const { letterId } = letterOf(event(1));
    await rig.put([letterOf(event(1))]);
    await rig.discard({ all: true, note: 'why' });
    rig.disk.put(`/store/quarantine/settled/${letterId[0]}/${letterId}.json`, Buffer.from('{"let'));
    expect((await rig.retry({ letters: [letterId] })).outcomes).toMatchObject([{ outcome: 'settled_before' }]);
    expect(rig.sent).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { named, smallStore, verifyMemory } from './rig.ts';

describe('a store that is whole', () => {
  it('has no findings, whatever is in it', async () => {
    const files = await smallStore();
    for (const [f, b] of files) console.log(named(f), b.length);
    const { report, findings, notes } = await verifyMemory(files);
    console.log(notes, report);
    expect(findings).toEqual([]);
    expect(report).toMatchObject({ commit: 3, events: 264 });
  });
});

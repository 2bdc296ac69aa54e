import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IndexedHeap } from '../../../shared/queue/journal/engine/indexed-heap.ts';

describe('the heap of deadlines', () => {
  it('hands out what was not removed, smallest key first', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ key: fc.integer(), removed: fc.boolean() })), (items) => {
        const heap = new IndexedHeap<number>();
        const entries = items.map(({ key }, index) => heap.add(key, index));
        for (const [index, entry] of entries.entries()) if (items[index]?.removed) heap.remove(entry);
        const keys: number[] = [];
        for (let first = heap.first; first !== undefined; first = heap.first) {
          keys.push(first.key);
          heap.remove(first);
          expect(first.index).toBe(-1);
        }
        const kept = items.filter(({ removed }) => !removed).map(({ key }) => key);
        expect(keys).toEqual(kept.sort((one, other) => one - other));
        expect(heap.size).toBe(0);
      }),
    );
  });
});

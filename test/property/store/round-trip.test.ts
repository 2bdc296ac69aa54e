import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toColumns } from '../../../shared/store/part/columns.ts';
import { writePart } from '../../../shared/store/part/write.ts';
import type { Compression } from '../../../shared/store/port.ts';
import { eventsIn, headerOf } from '../../unit/store/parts.ts';
import { validEvent } from './valid-event.ts';

const compression = fc.constantFrom<Compression>('none', 'gzip-1', 'gzip-6', 'gzip-9');

describe('a part gives back what was put in', () => {
  it('for any events, at any compression, in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(validEvent, { minLength: 1, maxLength: 20 }), compression, async (events, level) => {
        const columns = toColumns(events);
        const bytes = await writePart(columns, headerOf(columns), level);
        expect(await eventsIn(bytes)).toEqual(events.map((event) => ({ ...event, position: undefined })));
      }),
      { numRuns: 150 },
    );
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AcceptedEvent } from '../../../../shared/domain/event.ts';
import { createEventReader } from '../../../../shared/store/read.ts';
import { consultation, eventIdOf, eventOf } from '../../../unit/store/events.ts';
import { mergerOf, mergeToTheEnd, sealerOf, storeGiven } from '../merge/rig.ts';
import { SimulatedFiles } from '../simulated-files.ts';
import { dropDue, findingsOn, retainerOf, retentionDays } from './rig.ts';

const dayMs = 86_400_000;
const beginMs = Date.parse('2026-01-01T12:00:00.000Z');

/** One thing that happens to a store. */
type Step =
  /** Events come in, as if they were received some days ago. */
  | { readonly kind: 'store'; readonly events: readonly { readonly audio: boolean; readonly daysAgo: number }[] }
  /** Some that came in before come in again. */
  | { readonly kind: 'repeat'; readonly numbers: readonly number[] }
  | { readonly kind: 'seal' | 'merge' | 'retain' }
  | { readonly kind: 'wait'; readonly days: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('store' as const),
    events: fc.array(fc.record({ audio: fc.boolean(), daysAgo: fc.nat(40) }), { minLength: 1, maxLength: 6 }),
  }),
  fc.record({ kind: fc.constant('repeat' as const), numbers: fc.array(fc.nat(30), { minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constantFrom('seal' as const, 'seal' as const, 'merge' as const, 'retain' as const) }),
  fc.record({ kind: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 15 }) }),
);

/** What a store is to hold. */
class Model {
  readonly events: AcceptedEvent[] = [];
  readonly sealed = new Set<number>();
  readonly dropped = new Set<number>();
  waiting = new Set<number>();

  seal(): void {
    for (const number of this.waiting) this.sealed.add(number);
    this.waiting = new Set();
  }

  retain(nowMs: number): void {
    for (const number of this.sealed) {
      const { segment = '', receivedAt = '' } = this.events[number] ?? {};
      const endMs = Date.parse(receivedAt.slice(0, 10)) + (1 + retentionDays) * dayMs;
      if (segment === 'conversation' && endMs <= nowMs) this.dropped.add(number);
    }
  }

  get readable(): readonly string[] {
    return [...this.sealed]
      .filter((number) => !this.dropped.has(number))
      .map(eventIdOf)
      .sort();
  }
}

const run = async (steps: readonly Step[]): Promise<void> => {
  const disk = new SimulatedFiles('/store');
  disk.nowMs = beginMs;
  const model = new Model();
  const reader = createEventReader({ folder: '/store', files: disk });
  const seen: string[] = [];
  let after: string | undefined;
  const readOn = async (): Promise<void> => {
    const page = await reader.feed({ limit: 3, ...(after === undefined ? {} : { after }) });
    seen.push(...page.events.map(({ eventId }) => eventId));
    after = page.next;
  };
  const act = async (step: Step): Promise<void> => {
    if (step.kind === 'wait') disk.nowMs += step.days * dayMs;
    if (step.kind === 'store') {
      const first = model.events.length;
      const events = step.events.map(({ audio, daysAgo }, index) =>
        eventOf(first + index, {
          segment: audio ? 'audio' : 'conversation',
          receivedAt: new Date(disk.nowMs - daysAgo * dayMs).toISOString(),
        }),
      );
      model.events.push(...events);
      for (const [index] of events.entries()) model.waiting.add(first + index);
      await storeGiven(disk, events);
    }
    if (step.kind === 'repeat') {
      const known = step.numbers.map((number) => model.events[number]).filter((event) => event !== undefined);
      if (known.length > 0) await storeGiven(disk, [...new Set(known)]);
    }
    if (step.kind === 'seal') {
      const sealer = sealerOf(disk);
      while ((await sealer.seal()).kind !== 'idle');
      model.seal();
    }
    if (step.kind === 'merge') await mergeToTheEnd(mergerOf(disk));
    if (step.kind === 'retain') {
      await dropDue(retainerOf(disk));
      model.retain(disk.nowMs);
    }
  };
  for (const step of steps) {
    await act(step);
    const { events } = await reader.feed({ limit: 1_000 });
    expect(events.map(({ eventId }) => eventId).sort()).toEqual(model.readable);
    await readOn();
  }
  expect(await findingsOn(disk)).toEqual([]);
  for (const number of model.dropped) {
    await expect(reader.byId(consultation, eventIdOf(number))).rejects.toMatchObject({ tag: 'EventExpired' });
  }
  for (let round = 0; round < 100; round++) await readOn();
  expect(new Set(seen).size).toBe(seen.length);
  expect(model.readable.filter((id) => !seen.includes(id as AcceptedEvent['eventId']))).toEqual([]);
};

it('what is readable is what was sealed and is not over, whatever happens in whatever order', async () => {
  await fc.assert(fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 25 }), run), { numRuns: 40 });
});

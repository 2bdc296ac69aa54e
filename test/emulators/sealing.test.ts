import { describe, expect, it } from 'vitest';
import { createApi } from '../e2e/api/api.ts';
import { loadContract } from '../e2e/api/contract.ts';
import { eventsPath, eventText, newConsultation } from '../e2e/api/events.ts';
import { proven, untilSealed } from '../e2e/api/sealed.ts';
import { startLocalStack, startMiniStack } from '../e2e/hosts/emulator.ts';

/** The schedule comes once a minute, and takes what has waited for ten seconds: the second one finds it for certain. */
const sealDeadlineMs = 180_000;

describe.each([
  ['LocalStack', startLocalStack],
  ['MiniStack', startMiniStack],
])('%s', (_, start) => {
  it("fires the stack's own schedule: what was stored gets positions, and is proven", async () => {
    const host = await start({ sealSchedule: 'rate(1 minute)' });
    try {
      const api = createApi(host.baseUrl, await loadContract(host.baseUrl));
      const consultationId = newConsultation();
      await api.postLines(
        eventsPath(consultationId),
        Array.from({ length: 20 }, (_, n) => eventText(`{"n":${n}, "exact": 1.0}`)),
      );
      const events = await untilSealed(api, consultationId, 20, sealDeadlineMs);
      expect(events.map(({ position }) => position)).toEqual(Array.from({ length: 20 }, (_, position) => position));
      expect(events.map(({ payload }) => payload)).toEqual(Array.from({ length: 20 }, (_, n) => ({ n, exact: 1 })));
      const [first] = events;
      if (first === undefined) throw new Error('nothing was sealed');
      expect(await proven(api, host.signingKeyFile, first)).toBe(20);
      // A later run of the same function has the key that the first one made.
      await api.post(eventsPath(consultationId), eventText('{"n":20}'));
      const later = await untilSealed(api, consultationId, 21, sealDeadlineMs);
      const [last] = later.slice(20);
      if (last === undefined) throw new Error('the second event was not sealed');
      expect(last.position).toBe(20);
      expect(await proven(api, host.signingKeyFile, last)).toBe(21);
    } finally {
      await host.stop();
    }
  });
});

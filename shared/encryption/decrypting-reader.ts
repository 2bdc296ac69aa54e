import type { EventFeed, EventReader } from '../store/port.ts';
import type { Decryption } from './decryption.ts';

/** Gives events as they were sent, whether they are stored encrypted or not. Proofs are of what is stored. */
export const createDecryptingReader = (
  stored: EventReader & EventFeed,
  { decrypt }: Decryption,
): EventReader & EventFeed => ({
  byConsultation: async (query) => {
    const page = await stored.byConsultation(query);
    return { ...page, events: await decrypt(page.events) };
  },
  byId: async (consultationId, eventId) => {
    const event = await stored.byId(consultationId, eventId);
    return event === undefined ? undefined : (await decrypt([event])).at(0);
  },
  feed: async (query) => {
    const page = await stored.feed(query);
    return { ...page, events: await decrypt(page.events) };
  },
  proofOf: (consultationId, eventId) => stored.proofOf(consultationId, eventId),
  sealedCount: () => stored.sealedCount(),
});

import { readFileSync } from 'node:fs';
import type { ConsultationId, EventId } from '../../../shared/domain/ids.ts';
import { leafHash } from '../../../shared/domain/leaf.ts';
import { openSigner } from '../../../shared/store/log/note/signer.ts';
import { verifyTlogProof } from '../../../shared/store/log/tlog-proof.ts';
import type { Api } from './api.ts';
import { eventsPath, type Page, payloadText, type ReadEvent } from './events.ts';
import { eventually } from './eventually.ts';

/** The sealed events of a consultation, by position. */
export const sealedOf = async (api: Api, consultationId: string, query = ''): Promise<readonly ReadEvent[]> =>
  (await api.get(`${eventsPath(consultationId)}?limit=1000${query}`)).json<Page>().events;

/** Waits until that many events of the consultation have positions. */
export const untilSealed = (
  api: Api,
  consultationId: string,
  count: number,
  deadlineMs?: number,
): Promise<readonly ReadEvent[]> =>
  eventually(
    `${count} events of ${consultationId} to be sealed`,
    async () => {
      const events = await sealedOf(api, consultationId);
      return events.length >= count ? events : undefined;
    },
    deadlineMs,
  );

/**
 * Asks for the proof of a sealed event that has no user and no time of its own, and checks it against the event's own bytes.
 * @param query `?stored=true` for one that is stored encrypted.
 * @returns the size of the log that the proof is for.
 * @throws Error when the proof does not hold.
 */
export const proven = async (api: Api, signingKeyFile: string, sealed: ReadEvent, query = ''): Promise<number> => {
  const one = `${eventsPath(sealed.consultation_id)}/${sealed.event_id}`;
  const payload = payloadText((await api.get(`${one}${query}`)).text);
  const proof = await eventually('a proof', async () => {
    const answer = await api.get(`${one}/proof`);
    return answer.status === 200 ? answer.text : undefined;
  });
  const leaf = leafHash({
    consultationId: sealed.consultation_id as ConsultationId,
    eventId: sealed.event_id as EventId,
    eventType: sealed.event_type,
    userId: undefined,
    occurredAt: undefined,
    receivedAt: sealed.received_at,
    requestIndex: 0,
    segment: sealed.segment,
    payload,
  });
  const signer = openSigner(readFileSync(signingKeyFile, 'utf8').trim());
  return verifyTlogProof(proof, leaf, [signer.verifierKey]).size;
};

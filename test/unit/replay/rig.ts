import { createHandler } from '../../../functions/replay.ts';
import type { AcceptedEvent, StoredEvent } from '../../../shared/domain/event.ts';
import type { Letter } from '../../../shared/domain/letter.ts';
import type { KeyRing } from '../../../shared/http/auth/key-ring.ts';
import { anonymous, type Principal } from '../../../shared/http/auth/principal.ts';
import { letterMessages } from '../../../shared/queue/letters/encode.ts';
import type { OutgoingMessage } from '../../../shared/queue/port.ts';
import { createReplay } from '../../../shared/stages/replay.ts';
import type { EventReader } from '../../../shared/store/port.ts';
import { type Logger, silentLogger } from '../../../shared/telemetry/log.ts';
import { expectDocumented } from '../functions/contract.ts';
import { gatewayEvent } from '../functions/request.ts';
import { createEventsQueue, createQuarantineRig, type Fate } from '../quarantine/rig.ts';

export interface ReplayRigOptions {
  readonly principal?: Principal;
  readonly fateOf?: (message: OutgoingMessage) => Fate;
  /** Instead of a look at `stored`. */
  readonly byId?: EventReader['byId'];
  readonly logger?: Logger;
}

export interface OutcomeAnswer {
  readonly letter_id: string;
  readonly outcome: string;
  readonly detail?: string;
  readonly settlement?: { readonly action: string; readonly note?: string; readonly by: string; readonly at: string };
}

export interface Outcomes {
  readonly dry_run: boolean;
  readonly outcomes: readonly OutcomeAnswer[];
  readonly next: string | null;
}

export interface LetterAnswer {
  readonly letter_id: string;
  readonly reason: string;
  readonly state: string;
  readonly record?: string;
}

export interface Page {
  readonly letters: readonly LetterAnswer[];
  readonly unreadable?: readonly string[];
  readonly next: string | null;
}

export const nowMs = Date.parse('2026-11-23T12:00:00.000Z');

/** functions/replay on a simulated disk, a queue that remembers, and a store of what a test puts there. */
export const createReplayRig = (options: ReplayRigOptions = {}) => {
  const { principal = anonymous, fateOf, logger = silentLogger } = options;
  const quarantined = createQuarantineRig();
  const { sent, queue } = createEventsQueue(fateOf);
  const stored: AcceptedEvent[] = [];
  const byId: EventReader['byId'] = async (consultationId, eventId): Promise<StoredEvent | undefined> => {
    const found = stored.find((each) => each.consultationId === consultationId && each.eventId === eventId);
    return found && { ...found, position: undefined };
  };
  const keys: KeyRing = { required: () => false, authenticate: () => principal };
  let monotonicMs = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => monotonicMs };
  const store = quarantined.quarantine;
  const reader = { byId: options.byId ?? byId };
  const handler = createHandler({
    keys,
    logger,
    replay: createReplay({ store, events: queue, reader, clock, logger }),
    nowMs: clock.nowMs,
  });

  const call = async (method: 'GET' | 'POST', target: string, body?: unknown, contentType = 'application/json') => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const request = gatewayEvent({
      method,
      target,
      headers: { 'content-type': contentType },
      ...(text === undefined ? {} : { body: text }),
    });
    const answer = await handler(request);
    expectDocumented(request, answer);
    return { status: answer.statusCode, body: JSON.parse(answer.body) };
  };
  const outcomes = async (target: string, body: object): Promise<Outcomes> => {
    const { status, body: answer } = await call('POST', target, body);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(answer)}`);
    return answer;
  };

  return {
    call,
    handler,
    list: async (query = ''): Promise<Page> => (await call('GET', `/quarantine${query}`)).body,
    retry: (body: object) => outcomes('/quarantine/retry', body),
    discard: (body: object) => outcomes('/quarantine/discard', body),
    /** Puts letters into quarantine. */
    put: async (letters: readonly Letter[], sentAtMs = nowMs): Promise<void> => {
      const failed = await quarantined.deliver(letters.flatMap(letterMessages), sentAtMs);
      if (failed.length > 0) throw new Error('a letter could not be put there');
    },
    pass: (ms: number): void => {
      monotonicMs += ms;
    },
    quarantine: store,
    deliver: quarantined.deliver,
    disk: quarantined.disk,
    sent,
    stored,
  };
};

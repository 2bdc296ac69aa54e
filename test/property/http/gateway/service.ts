import path from 'node:path';
import { createHandler as createFallback } from '../../../../functions/fallback.ts';
import { createHandler as createHealth } from '../../../../functions/health.ts';
import { createHandler as createIngest } from '../../../../functions/ingest.ts';
import { createHandler as createMetrics } from '../../../../functions/metrics.ts';
import { createHandler as createOpenApi } from '../../../../functions/openapi.ts';
import { createHandler as createRead } from '../../../../functions/read.ts';
import { createHandler as createReplay } from '../../../../functions/replay.ts';
import { createDispatch } from '../../../../localstack/host/dispatch.ts';
import { loadConfig } from '../../../../shared/config.ts';
import { InvalidField, Unauthenticated } from '../../../../shared/domain/errors.ts';
import type { StoredEvent } from '../../../../shared/domain/event.ts';
import type { ConsultationId, EventId, MessageId } from '../../../../shared/domain/ids.ts';
import type { KeyRing } from '../../../../shared/http/auth/key-ring.ts';
import { anonymous } from '../../../../shared/http/auth/principal.ts';
import type { HttpHandler } from '../../../../shared/http/chain.ts';
import { lazyHandler } from '../../../../shared/http/lazy-handler.ts';
import type { HttpAnswer } from '../../../../shared/http/request.ts';
import type { HttpFunction } from '../../../../shared/http/routes.ts';
import { systemClock } from '../../../../shared/ports/clock.ts';
import { decodePack } from '../../../../shared/queue/packs/decode.ts';
import type { Queue } from '../../../../shared/queue/port.ts';
import type { EventFeed, EventReader } from '../../../../shared/store/port.ts';
import { silentLogger } from '../../../../shared/telemetry/log.ts';
import { createWiring } from '../../../../shared/wiring.ts';
import { type Delivery, hostRequest, type WireRequest } from './gateways.ts';

/** What a client and the queue saw of one request. */
export interface Outcome {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly queued: readonly unknown[];
}

export interface Service {
  /** Through the dispatcher of `npm start`. */
  readonly throughHost: (request: WireRequest) => Promise<Outcome>;
  /** Through the handler that Lambda runs. */
  readonly throughGateway: (delivery: Delivery) => Promise<Outcome>;
}

const storedAs = (consultationId: ConsultationId): StoredEvent => ({
  consultationId,
  eventId: '0196e0a0-0000-7000-8000-000000000001' as EventId,
  eventType: 'MESSAGE_RECEIVED',
  userId: undefined,
  occurredAt: undefined,
  receivedAt: '2026-11-23T10:11:12.345Z',
  requestIndex: 0,
  segment: 'conversation',
  payload: '{}',
  leaf: new Uint8Array(32),
  position: undefined,
});

/** Whatever consultation is asked for, there is one event, which names it and the query. */
const reader: EventReader = {
  byConsultation: async ({ consultationId, after, limit, eventType, includeUnsealed }) => {
    if (after?.includes('%')) throw new InvalidField('after', 'is not a cursor of ours');
    const next = JSON.stringify([after, limit, eventType, includeUnsealed]);
    return { events: [storedAs(consultationId)], next, sealedUpTo: -1 };
  },
  byId: async (consultationId, eventId) => {
    const event = storedAs(consultationId);
    return eventId === event.eventId ? event : undefined;
  },
  proofOf: async () => ({ kind: 'absent' }),
};

const feed: EventFeed = {
  feed: async ({ after = '', limit, eventType }) => {
    if (after.includes('%')) throw new InvalidField('after', 'is not a cursor of ours');
    const next = JSON.stringify([after, limit, eventType]);
    return { events: [storedAs('any' as ConsultationId)], next, more: false };
  },
  sealedCount: async () => 7,
};

const keys: KeyRing = {
  required: () => true,
  authenticate: (authorization) => {
    if (authorization === 'Bearer good') return anonymous;
    throw new Unauthenticated('Authorization: is not a valid API key.');
  },
};

/** The functions on a queue in memory; `folder` holds the keys file that nobody reads. */
export const startService = async (folder: string): Promise<Service> => {
  let bodies: string[] = [];
  const queue: Queue = {
    name: 'fi-events',
    sendBatch: async (messages) => {
      for (const { body } of messages) bodies.push(body);
      return messages.map(() => ({ status: 'sent', messageId: 'm' as MessageId }) as const);
    },
    receive: async () => [],
    deleteBatch: async () => [],
    changeVisibility: async () => [],
    depth: async () => ({ visible: 0, inFlight: 0, delayed: 0 }),
    close: async () => {},
  };
  const config = loadConfig({
    FI_STORE_DIR: path.join(folder, 'store'),
    FI_KEYS_FILE: path.join(folder, 'keys.json'),
    FI_MIN_FREE_BYTES: '0',
    FI_MAX_BODY_BYTES: '1024',
  });
  const clock = { ...systemClock, nowMs: () => Date.UTC(2026, 10, 23) };
  const wiring = createWiring(config, { queue, clock, logger: silentLogger });
  const dependencies = { keys, logger: silentLogger };
  const functions: Readonly<Record<HttpFunction, HttpHandler>> = {
    ingest: createIngest({ ...(await wiring.ingest()), keys }),
    read: createRead({ ...dependencies, reader, feed, stored: reader }),
    replay: createReplay({ ...(await wiring.replay()), keys }),
    health: createHealth({ ...dependencies, queue, store: { probe: async () => {} }, clock }),
    metrics: createMetrics({ ...dependencies, metricsText: async () => '', sample: async () => {} }),
    openapi: createOpenApi(dependencies),
    fallback: createFallback(dependencies),
  };
  const dispatch = createDispatch({ functions, isDraining: () => false, failed: () => {}, logger: silentLogger });

  const outcomeOf = async (answer: () => Promise<HttpAnswer>): Promise<Outcome> => {
    bodies = [];
    const { statusCode, headers, body } = await answer();
    return { status: statusCode, headers, body, queued: bodies.flatMap((each) => decodePack(each).events) };
  };
  return {
    throughHost: (request) => outcomeOf(() => dispatch(hostRequest(request))),
    throughGateway: ({ function: name, event }) => outcomeOf(() => lazyHandler(async () => functions[name])(event)),
  };
};

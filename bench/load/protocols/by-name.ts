import { http } from './http.ts';
import { nats } from './nats.ts';
import type { Protocol } from './protocol.ts';
import { redis } from './redis.ts';
import { sqs } from './sqs.ts';
import { zeromq } from './zeromq.ts';

export const protocols = { http, sqs, redis, nats, zeromq } as const satisfies Record<string, Protocol>;

export type ProtocolName = keyof typeof protocols;

import type { MetricSnapshot } from '../metrics-snapshot.ts';

/** From the host to its consumer. */
export interface MetricsRequest {
  readonly kind: 'metrics';
  readonly id: number;
}

/** From the consumer to its host: one snapshot a thread. */
export interface MetricsReply {
  readonly kind: 'metrics';
  readonly id: number;
  readonly snapshots: readonly MetricSnapshot[];
}

const isMetrics = (message: unknown): message is { kind: 'metrics'; id: number } =>
  typeof message === 'object' &&
  message !== null &&
  'kind' in message &&
  message.kind === 'metrics' &&
  'id' in message &&
  typeof message.id === 'number';

export const isMetricsRequest = (message: unknown): message is MetricsRequest => isMetrics(message);

export const isMetricsReply = (message: unknown): message is MetricsReply =>
  isMetrics(message) && 'snapshots' in message && Array.isArray(message.snapshots);

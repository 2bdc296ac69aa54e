import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue, type Registry } from 'prom-client';

/** One thread's metrics, as plain data that can cross to another thread or process. */
export type MetricSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[];

export const snapshotOf = (registry: Registry): Promise<MetricSnapshot> => registry.getMetricsAsJSON();

/** Prometheus text of several threads' metrics: counters, histograms and gauges of the same name are summed. */
export const renderMetrics = (snapshots: readonly MetricSnapshot[]): Promise<string> =>
  AggregatorRegistry.aggregate(snapshots.map((snapshot) => [...snapshot])).metrics();

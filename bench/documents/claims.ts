/**
 * What the "Free Intelligence - Performance Benchmark Report" of 2025-10-28 (final v1.0) claims, in its own words and figures. Nothing in here
 * was measured by us.
 */

/** A sentence of the report. */
export interface Claim {
  /** Of the report. */
  readonly section: string;
  readonly quote: string;
}

/** The stages of the report's pipeline, in its order. */
export const reportStages = ['INGEST', 'SEGMENT', 'HASH', 'PERSIST'] as const;
export type ReportStage = (typeof reportStages)[number];

export const pipeline = {
  section: '1',
  quote: 'INGEST (50ms) → SEGMENT (100ms) → HASH (150ms) → PERSIST (1700ms)',
  budgetMs: { INGEST: 50, SEGMENT: 100, HASH: 150, PERSIST: 1_700 },
  totalMs: 2_000,
} as const satisfies Claim & { budgetMs: Readonly<Record<ReportStage, number>>; totalMs: number };

export const bottleneck: Claim & { readonly share: number } = {
  section: '1',
  quote: 'PERSIST es el bottleneck dominante (85% de latencia total)',
  share: 0.85,
};

export const growth: Claim & { readonly ratio: number } = {
  section: '1',
  quote: 'Latencia crece con tamaño del dataset: 100 eventos = 300ms, 10K eventos = 1700ms',
  ratio: 1_700 / 300,
};

export const target: Claim = {
  section: 'Executive Summary',
  quote: 'Reducir p95 latency de 2000ms → 50ms (40x mejora) y escalar de 100 → 10,000 sesiones/día (100x capacidad).',
};

/** What a proposed change is said to bring. */
export interface Optimisation extends Claim {
  readonly name: string;
  /** How many times quicker its own work is said to become; undefined where the report speaks of the whole. */
  readonly timesQuicker?: number;
  /** By how much the whole is said to become quicker at least, 0 to 1; undefined where the report speaks of its own work. */
  readonly ofTheWhole?: number;
}

export const optimisations = {
  orjson: { section: '2', name: 'orjson', quote: 'orjson (JSON parsing) | 3x speedup en INGEST', timesQuicker: 3 },
  uvloop: { section: '2', name: 'uvloop', quote: 'uvloop (event loop) | 2.5x speedup en I/O', timesQuicker: 2.5 },
  xxHash: {
    section: '1',
    name: 'xxHash',
    quote: 'xxHash (100x speedup, menor seguridad)',
    timesQuicker: 100,
  },
  gzip1: {
    section: '2',
    name: 'gzip-1 instead of gzip-4',
    quote: 'Compression tuning (gzip-4 → gzip-1) | 20-30% ↓ latency',
    ofTheWhole: 0.2,
  },
  chunks: {
    section: '2',
    name: 'explicit chunks',
    quote: 'Chunking explícito | 10-20% ↓ latency',
    ofTheWhole: 0.1,
  },
} as const satisfies Record<string, Optimisation>;
export type OptimisationName = keyof typeof optimisations;

/** Section 4.1: what its latency script is said to print, in milliseconds. */
export const scriptLatencies = [
  { phase: 'Baseline', p50Ms: 1_200, p95Ms: 2_000, p99Ms: 2_800 },
  { phase: 'Fase 1 (Quick Wins)', p50Ms: 800, p95Ms: 1_400, p99Ms: 2_000 },
  { phase: 'Fase 2 (Redis Streams)', p50Ms: 3, p95Ms: 5, p99Ms: 8 },
  { phase: 'Fase 3 (NVMe)', p50Ms: 25, p95Ms: 50, p99Ms: 80 },
] as const;

/** Section 4.2: what its throughput script is said to print. */
export const scriptThroughputs = [
  { phase: 'Baseline', requestsPerSecond: 100 },
  { phase: 'Fase 1 (4 workers)', requestsPerSecond: 350 },
  { phase: 'Fase 2 (Redis + 3 nodos)', requestsPerSecond: 1_200 },
  { phase: 'Fase 3 (NVMe)', requestsPerSecond: 12_000 },
] as const;

/** Section 4.3: what its storage script is said to print for 1,000 events. */
export const scriptStorage = [
  { compression: 'gzip-4 (actual)', writeMs: 300, kilobytes: 250 },
  { compression: 'gzip-1 (propuesto)', writeMs: 150, kilobytes: 300 },
  { compression: 'lzf (alternativa)', writeMs: 80, kilobytes: 400 },
] as const;

export const queuePush = {
  section: '2',
  quote: 'Push to queue (1-5ms)',
  mostMs: 5,
} as const satisfies Claim & { mostMs: number };

export const queuePromise: Claim = {
  section: '2',
  quote: 'p95 de 1400ms → 5ms (latencia percibida), throughput de 10 → 100 req/s.',
};

/** Section 3: the scaling roadmap. */
export const roadmap = [
  { phase: 'Single Node (Actual)', cost: '-', sessionsADay: 100, p95Ms: 2_000, requestsPerSecond: 100 },
  { phase: 'Fase 1: Vertical Scaling', cost: '$0', sessionsADay: 300, p95Ms: 500, requestsPerSecond: 350 },
  { phase: 'Fase 2: Horizontal Scaling', cost: '$3K', sessionsADay: 1_000, p95Ms: 250, requestsPerSecond: 1_200 },
  { phase: 'Fase 3: High-Performance', cost: '$1.8K', sessionsADay: 10_000, p95Ms: 50, requestsPerSecond: 12_000 },
] as const;

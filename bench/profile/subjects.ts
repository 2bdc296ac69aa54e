import type { ProgramName } from './programs.ts';
import type { Subject } from './result.ts';

/** What sends events to a host, and how what its two processes do is called. */
export interface LoadSubjects {
  readonly connections: number;
  readonly eventsPerRequest: number;
  readonly front: Subject;
  readonly consumer: Subject;
}

export const singleEvents: LoadSubjects = {
  connections: 100,
  eventsPerRequest: 1,
  front: { name: 'front-single', what: 'the front and the embedded queue, single events at a constant rate' },
  consumer: { name: 'consumer-single', what: 'the consumer, the same events' },
};

export const batches: LoadSubjects = {
  connections: 8,
  eventsPerRequest: 100,
  front: { name: 'front-batches', what: 'the front and the embedded queue, NDJSON batches of 100 at a constant rate' },
  consumer: { name: 'consumer-batches', what: 'the consumer, the same events' },
};

export const programSubjects: Readonly<Record<ProgramName, Subject>> = {
  persist: { name: 'persist', what: 'functions/persist by itself, batches of 1,000 events' },
  seal: { name: 'seal', what: 'sealing all of a store, parts of 1,000 events' },
  merge: { name: 'merge', what: 'merging all of it, for each event of the store' },
  page: { name: 'page', what: 'reading pages of consultations, for each event of a page' },
  verify: { name: 'verify', what: 'verifying the store, in one thread' },
};

/** In the order in which an event meets them. */
export const allSubjects: readonly Subject[] = [
  singleEvents.front,
  singleEvents.consumer,
  batches.front,
  batches.consumer,
  ...Object.values(programSubjects),
];

import { rmSync } from 'node:fs';
import path from 'node:path';
import type { ConsultationId, EventId } from '../../shared/domain/ids.ts';
import { CommitLog } from '../../shared/store/commits/commit-log.ts';
import { createPartWriter } from '../../shared/store/level0.ts';
import { createEventReader } from '../../shared/store/read.ts';
import { createSealing } from '../seal-merge/create-sealing.ts';
import { sealBatches } from '../sealed/events.ts';
import type { countFiles } from './counted-files.ts';
import type { ReadTarget } from './growing-store.ts';

/** What is measured; each in a process of its own, the first time cold and then warm. */
export const actNames = ['open', 'page', 'event', 'proof', 'feed', 'persist', 'seal'] as const;
export type ActName = (typeof actNames)[number];

export const isActName = (name: string): name is ActName => actNames.some((known) => known === name);

export interface ActContext {
  readonly store: string;
  readonly files: ReturnType<typeof countFiles>['files'];
  readonly target: ReadTarget;
  /** The text of the log's signing key. */
  readonly key: string;
}

interface Act {
  run(): Promise<void>;
  /** What is undone after each, not measured. */
  undo?(): void;
}

const pageEvents = 200;
const batchEvents = 1_000;

const reading = ({ store, files, target }: ActContext, name: ActName): Act => {
  const reader = createEventReader({ folder: store, files });
  const consultationId = target.consultationId as ConsultationId;
  const eventId = target.eventId as EventId;
  switch (name) {
    case 'page':
      return {
        run: async () => {
          const query = { consultationId, limit: pageEvents, includeUnsealed: false };
          const { events } = await reader.byConsultation(query);
          const expected = Math.min(pageEvents, target.events);
          if (events.length !== expected) throw new Error(`${events.length} events were read instead of ${expected}`);
        },
      };
    case 'event':
      return {
        run: async () => {
          if ((await reader.byId(consultationId, eventId)) === undefined) throw new Error('the event is not there');
        },
      };
    case 'proof':
      return {
        run: async () => {
          const { kind } = await reader.proofOf(consultationId, eventId);
          if (kind !== 'proven') throw new Error(`the event is ${kind}`);
        },
      };
    default: {
      // The middle of the log, where a consumer that catches up comes by.
      let after: string | undefined;
      return {
        run: async () => {
          after ??= String(Math.floor((await reader.sealedCount()) / 2));
          const page = await reader.feed({ after, limit: pageEvents });
          if (page.events.length !== pageEvents) throw new Error(`${page.events.length} events were read`);
        },
      };
    }
  }
};

const persisting = ({ store, files }: ActContext): Act & { readonly undo: () => void } => {
  const writer = createPartWriter({ folder: store, files });
  const batches = [...sealBatches(20 * batchEvents, batchEvents)];
  let [next, written] = [0, ''];
  return {
    run: async () => {
      written = (await writer.write(batches[next++ % batches.length] ?? [], 'gzip-1')).path;
    },
    undo: () => rmSync(path.join(store, written)),
  };
};

const sealing = async (context: ActContext): Promise<Act> => {
  const { store: folder, files, key } = context;
  await persisting(context).run();
  const { sealer } = createSealing({ folder, files, batchEvents, key, compression: 'gzip-9' });
  return {
    run: async () => {
      const { kind } = await sealer.seal();
      if (kind !== 'sealed') throw new Error(`sealing was ${kind}`);
    },
  };
};

/** Makes ready what is measured then. */
export const prepareAct = async (name: ActName, context: ActContext): Promise<Act> => {
  const { store: folder, files } = context;
  switch (name) {
    case 'open': {
      const log = new CommitLog({ folder, files });
      return { run: async () => void (await log.catchUp()) };
    }
    case 'persist':
      return persisting(context);
    case 'seal':
      return sealing(context);
    default:
      return reading(context, name);
  }
};

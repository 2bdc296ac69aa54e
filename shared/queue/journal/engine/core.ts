import { QueueUnavailable } from '../../../domain/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Logger } from '../../../telemetry/log.ts';
import type { Segments } from '../log/segments.ts';
import type { Writer } from '../log/writer.ts';
import type { QueueState } from './queue-state.ts';
import type { Receipts } from './receipts.ts';
import type { JournalState } from './state.ts';

/** What the operations of a journal share. */
export interface Core {
  readonly state: JournalState;
  readonly writer: Writer;
  readonly segments: Segments;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly receipts: Receipts;
  /** A new message id. */
  readonly newId: () => string;
  /** Queues in which something became available; their long polls are answered after the group. */
  readonly awakened: Set<QueueState>;
  closed: boolean;
}

/** @throws QueueUnavailable when the journal takes nothing any more. */
export const requireOpen = (core: Core): void => {
  if (core.closed) throw new QueueUnavailable('The queue is closed.');
};

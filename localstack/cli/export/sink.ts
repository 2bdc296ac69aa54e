import type { StoredEvent } from '../../../shared/domain/event.ts';
import { eventLine } from '../../../shared/http/read/event-text.ts';

/** Writes bytes to wherever an export goes; resolves when more may come. */
export type WriteBytes = (bytes: Uint8Array) => Promise<void>;

/** A format that events are written in, some at a time. */
export interface ExportSink {
  write(events: readonly StoredEvent[]): Promise<void>;
  /** @param next where an export goes on that follows this one, for formats that can keep it */
  finish(next: string): Promise<void>;
}

/** Text that is written at once. */
const pieceCharacters = 256 * 1024;

/** A line an event, as `GET /events` gives it. */
export const ndjsonSink = (write: WriteBytes): ExportSink => ({
  write: async (events) => {
    let piece = '';
    for (const event of events) {
      piece += eventLine(event);
      if (piece.length < pieceCharacters) continue;
      await write(Buffer.from(piece, 'utf8'));
      piece = '';
    }
    if (piece !== '') await write(Buffer.from(piece, 'utf8'));
  },
  finish: async () => {},
});

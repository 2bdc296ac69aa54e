import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Where a command writes to. */
export interface Terminal {
  /** Results; resolves when more may be written, so that a slow reader (`| less`) costs no memory. */
  out(text: string): Promise<void>;
  /** Everything that is not a result. */
  err(text: string): void;
  /** A line that the next one replaces; nothing where nobody watches. */
  progress(text: string): void;
}

export interface TerminalStreams {
  readonly out: Writable;
  readonly err: Writable;
  /** Whether a person looks at `err`. */
  readonly watched: boolean;
}

/** Goes back to the line's start and clears it. */
const clearLine = '\r\u001b[2K';

export const createTerminal = ({ out, err, watched }: TerminalStreams): Terminal => ({
  out: async (text) => {
    if (!out.write(text)) await once(out, 'drain');
  },
  err: (text) => {
    err.write(text);
  },
  progress: (text) => {
    if (watched) err.write(`${clearLine}${text}`);
  },
});

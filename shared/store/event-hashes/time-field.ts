import { renderMs } from '../part/time.ts';
import { encodeField } from './field.ts';

const minuteMs = 60_000;
const renderedCharacters = 'YYYY-MM-DDTHH:MM:SS.mmmZ'.length;
/** Where the digits of the second begin, behind the length of the field. */
const secondAt = 4 + 'YYYY-MM-DDTHH:MM:'.length;
const zero = 48;

/** Minutes that are remembered: a part goes by consultations, each of which takes up the minutes of the day again. */
const remembered = 2_048;

/**
 * Times as fields of hashes, rendered as `renderMs` does, at a tenth of the time where most are of a minute that was met
 * lately.
 */
export class TimeField {
  readonly #minutes = new Float64Array(remembered).fill(Number.NaN);
  readonly #fields: Uint8Array[] = [];

  /** @returns the field, which is good until the next call. @throws RangeError when it is no time. */
  of(ms: number): Uint8Array {
    const minute = Math.floor(ms / minuteMs);
    const slot = Math.abs(minute) % remembered;
    let field = this.#fields[slot];
    if (field === undefined || minute !== this.#minutes[slot]) {
      const text = renderMs(minute * minuteMs);
      // Years beyond 9999 are written with more digits.
      if (text.length !== renderedCharacters) return encodeField(renderMs(ms));
      field = encodeField(text);
      this.#minutes[slot] = minute;
      this.#fields[slot] = field;
    }
    const within = ms - minute * minuteMs;
    const second = Math.floor(within / 1_000);
    const thousandth = within - second * 1_000;
    field[secondAt] = zero + Math.floor(second / 10);
    field[secondAt + 1] = zero + (second % 10);
    field[secondAt + 3] = zero + Math.floor(thousandth / 100);
    field[secondAt + 4] = zero + (Math.floor(thousandth / 10) % 10);
    field[secondAt + 5] = zero + (thousandth % 10);
    return field;
  }
}

import { renderMs } from '../part/time.ts';

const minuteMs = 60_000;
const minuteCharacters = 'YYYY-MM-DDTHH:MM:'.length;

const twoDigits = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));

/** Renders times as `renderMs` does, at a tenth of the time where most are of the same minute as the one before. */
export class TimeTexts {
  #minute = Number.NaN;
  #prefix = '';

  render(ms: number): string {
    const minute = Math.floor(ms / minuteMs);
    if (minute !== this.#minute) {
      // Years beyond 9999 are written with more digits.
      const text = renderMs(minute * minuteMs);
      if (text.length !== 24) return renderMs(ms);
      this.#minute = minute;
      this.#prefix = text.slice(0, minuteCharacters);
    }
    const within = ms - minute * minuteMs;
    const second = Math.floor(within / 1_000);
    const thousandth = within - second * 1_000;
    const padding = thousandth < 10 ? '00' : thousandth < 100 ? '0' : '';
    return `${this.#prefix}${twoDigits[second]}.${padding}${thousandth}Z`;
  }
}

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** `YYYY-MM-DDTHH:MM:SS.mmmZ`: the one text of a time that its milliseconds alone give back. */
export const renderMs = (ms: number): string => new Date(ms).toISOString();

/** Milliseconds of the text that {@link renderMs} gives for them, or undefined for any other: most times are such a text. */
const parseRendered = (text: string): number | undefined => {
  if (text.length !== 24) return undefined;
  const ms = Date.parse(text);
  return Number.isFinite(ms) && renderMs(ms) === text ? ms : undefined;
};

/** A time as its milliseconds, and whether these give its text back. */
export interface ParsedTime {
  readonly ms: number;
  readonly isRendered: boolean;
}

/** @throws RangeError for what is no RFC 3339 time. */
export const parseTime = (text: string): ParsedTime => {
  const ms = parseRendered(text);
  return ms === undefined ? { ms: parseMs(text), isRendered: false } : { ms, isRendered: true };
};

/**
 * Unix milliseconds of an RFC 3339 time; finer digits are cut off, and a leap second counts as the second after it.
 * @throws RangeError for anything else.
 */
const parseMs = (text: string): number => {
  const match = rfc3339.exec(text);
  if (match === null) throw new RangeError(`${JSON.stringify(text)} is not an RFC 3339 time`);
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = 0, offsetMinute = 0] = match;
  const date = new Date(0);
  // Not Date.UTC, which takes the years 0 to 99 for those of the last century.
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.slice(0, 3).padEnd(3, '0')));
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  return sign === '-' ? date.getTime() + offsetMs : date.getTime() - offsetMs;
};

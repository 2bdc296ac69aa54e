import { InvalidField } from '../../domain/errors.ts';
import { timePattern } from '../../domain/event.ts';

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration before now, or a time. */
export const agePattern = `^\\d{1,6}[smhd]$|${timePattern}`;

export const ageRule =
  'must be a duration such as 90s, 15m, 36h or 7d, or an RFC 3339 time such as 2026-11-23T10:11:12Z';

const durationForm = /^(\d{1,6})([smhd])$/;
const timeForm = new RegExp(timePattern);

/**
 * The time that an age means, in Unix milliseconds: `36h` is that long before `nowMs`.
 * @throws InvalidField naming `field`.
 */
export const timeOfAge = (text: string, field: string, nowMs: number): number => {
  const [, count, unit = ''] = durationForm.exec(text) ?? [];
  if (count !== undefined) return nowMs - Number(count) * (units[unit] ?? 0);
  const timeMs = timeForm.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) throw new InvalidField(field, ageRule);
  return timeMs;
};

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Whether the day of an RFC 3339 time, whose form is already checked, is in the calendar: never 30 February. */
export const isCalendarDay = (time: string): boolean => {
  const day = Number(time.slice(8, 10));
  if (day <= 28) return true;
  const month = Number(time.slice(5, 7));
  if (month === 2 && day === 29) return isLeapYear(Number(time.slice(0, 4)));
  return day <= (daysOfMonth[month - 1] ?? 0);
};

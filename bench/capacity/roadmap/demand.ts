/** What is wanted of the product. */
export interface Demand {
  readonly sessionsADay: number;
  readonly eventsASession: number;
  /** How many times the average of the open hours the busiest minute has. */
  readonly peakFactor: number;
  /** Hours of a day in which sessions take place. */
  readonly hoursADay: number;
}

/** What that comes to. */
export interface DemandRates {
  readonly eventsADay: number;
  /** Over the open hours. */
  readonly averagePerSecond: number;
  readonly peakPerSecond: number;
  readonly storedGigabytesAYear: number;
}

const secondsAnHour = 3_600;
const daysAYear = 365;

export const ratesOf = (
  { sessionsADay, eventsASession, peakFactor, hoursADay }: Demand,
  storedBytesPerEvent: number,
): DemandRates => {
  const eventsADay = sessionsADay * eventsASession;
  const averagePerSecond = eventsADay / (hoursADay * secondsAnHour);
  return {
    eventsADay,
    averagePerSecond,
    peakPerSecond: averagePerSecond * peakFactor,
    storedGigabytesAYear: (eventsADay * daysAYear * storedBytesPerEvent) / 1e9,
  };
};

/** How many sessions a day a rate of events at the busiest minute is. */
export const sessionsOfPeak = (
  peakPerSecond: number,
  { eventsASession, peakFactor, hoursADay }: Omit<Demand, 'sessionsADay'>,
): number => (peakPerSecond / peakFactor) * hoursADay * (secondsAnHour / eventsASession);

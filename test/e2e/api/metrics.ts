import type { Api } from './api.ts';

/** The sum over all series of a metric whose labels include `labels`; 0 where there is none. */
export const metricSum = (exposition: string, name: string, labels: Readonly<Record<string, string>> = {}): number => {
  let sum = 0;
  for (const line of exposition.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(\{[^}]*\})? (\S+)/.exec(line);
    if (match?.[1] !== name) continue;
    const has = Object.entries(labels).every(([label, value]) => match[2]?.includes(`${label}="${value}"`));
    if (has) sum += Number(match[3]);
  }
  return sum;
};

/** `GET /metrics` as text. */
export const readMetrics = async (api: Pick<Api, 'get'>): Promise<string> => (await api.get('/metrics')).text;

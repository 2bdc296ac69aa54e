/** The weight that an `Accept` header gives to exactly this media type; undefined when it does not name it. */
const weightOf = (accept: string, mediaType: string): number | undefined => {
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    if (type.toLowerCase() !== mediaType) continue;
    const quality = parameters.find((parameter) => /^q=/i.test(parameter));
    const weight = quality === undefined ? 1 : Number(quality.slice(2));
    return Number.isFinite(weight) ? weight : 0;
  }
  return undefined;
};

export const streamType = 'text/event-stream';
export const linesType = 'application/x-ndjson';

/** How a page of events is written. */
export type PageForm = 'json' | 'lines' | 'stream';

/** What the client wants: it must name the form, and name none that is plainer with a greater weight. Everything else gets JSON. */
export const pageForm = (accept: string | undefined): PageForm => {
  if (accept === undefined) return 'json';
  const [json = 0, lines = 0, stream = 0] = ['application/json', linesType, streamType].map(
    (type) => weightOf(accept, type) ?? 0,
  );
  if (stream > 0 && stream >= Math.max(json, lines)) return 'stream';
  return lines > 0 && lines >= json ? 'lines' : 'json';
};

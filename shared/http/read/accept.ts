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

/** Whether the client wants NDJSON: it must name it, and name JSON with no greater weight. Everything else gets JSON. */
export const wantsLines = (accept: string | undefined): boolean => {
  if (accept === undefined) return false;
  const lines = weightOf(accept, 'application/x-ndjson') ?? 0;
  return lines > 0 && lines >= (weightOf(accept, 'application/json') ?? 0);
};

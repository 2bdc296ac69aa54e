/** From the host to the thread that reads the store: how many events are sealed. */
export const sealedCountRequest = { kind: 'sealed-count' } as const;

export const isSealedCountRequest = (event: unknown): event is typeof sealedCountRequest =>
  typeof event === 'object' && event !== null && 'kind' in event && event.kind === sealedCountRequest.kind;

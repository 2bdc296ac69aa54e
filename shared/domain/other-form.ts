import type { AcceptedEvent } from './event.ts';

/** How an event relates to another form of it: its other content hash, that it was erased, or that nobody can tell. */
export type OtherForm =
  | { readonly kind: 'content'; readonly contentHash: Uint8Array }
  | { readonly kind: 'erased' }
  | { readonly kind: 'unknown' };

/**
 * Gives the content hash that an event has in its other form: that in clear of an encrypted one, and the other way round.
 * @throws StoreUnavailable when the keys can't be read for now, InvalidSetting when the master key is not the one at hand.
 */
export type FindOtherForm = (event: AcceptedEvent) => Promise<OtherForm>;

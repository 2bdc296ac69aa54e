import type { AcceptedEvent } from '../../domain/event.ts';
import type { ConsultationId } from '../../domain/ids.ts';

/** What is with the key of a consultation that has encrypted events. */
export type KeyState =
  | { readonly kind: 'opens' }
  /** It is not there, and no erasure says why. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'erased'; readonly erasedAt: string; readonly erasedBy: string; readonly reason: string }
  /** What is there does not open the event. */
  | { readonly kind: 'unfit'; readonly reason: string };

/** What a verification asks of a key store. */
export interface KeysAtHand {
  /** Names the key's file in findings. */
  fileOf(consultationId: ConsultationId): string;
  /** Tries the key of an event's consultation on it. @throws StoreUnavailable when the keys can't be read for now */
  tryOn(event: AcceptedEvent): Promise<KeyState>;
}

import type { AcceptedEvent } from '../../domain/event.ts';

/** Texts are stored with a length that their first NUL ends. */
export const requireStorableName = (member: string, name: string): void => {
  if (name.length === 0 || !name.isWellFormed() || name.includes('\0')) {
    throw new RangeError(`${member} ${JSON.stringify(name)} cannot be stored as it is`);
  }
};

/** What `formatUuid` gives back: the 16 bytes hold nothing else. */
const storableId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const isStorableIndex = (index: number): boolean => Number.isInteger(index) && index >= 0 && index <= 0xffff_ffff;

/**
 * Makes sure that the event comes back exactly as it is; what the columns can't hold is refused here, never changed.
 * Names are looked at once each, when they enter their dictionary.
 * @throws RangeError naming the member.
 */
export const requireStorable = ({ eventId, leaf, userId, requestIndex, payload }: AcceptedEvent): void => {
  const refuse = (member: string): never => {
    throw new RangeError(`event ${eventId}: its ${member} cannot be stored as it is`);
  };
  if (!storableId.test(eventId)) refuse('event_id');
  if (leaf.length !== 32) refuse('leaf');
  // The empty name stands for no user.
  if (userId === '') refuse('user_id');
  if (!isStorableIndex(requestIndex)) refuse('request_index');
  if (payload.length === 0 || !payload.isWellFormed()) refuse('payload');
};

import type { MessageAttributes } from '../port.ts';

/** The message attribute that says which attempt a delivery is; absent for the first. */
export const attemptAttribute = 'attempt';

/** The message attribute of what was sent again because the queue's redrive moved it whole. */
export const splitAttribute = 'split';

/** Attributes as an SQS trigger hands them over; some emulators leave out what is empty. */
type TriggerAttributes = Readonly<Record<string, { readonly stringValue?: string | undefined }>> | undefined;

const attemptForm = /^[1-9]\d{0,8}$/;

/** Which attempt a message is; 1 unless it says otherwise in a way that is understood. */
export const attemptOf = (attributes: TriggerAttributes): number => {
  const text = attributes?.[attemptAttribute]?.stringValue ?? '';
  return attemptForm.test(text) ? Number(text) : 1;
};

/** Whether a message was split off, or sent again, once before. */
export const wasSplit = (attributes: TriggerAttributes): boolean => attributes?.[splitAttribute] !== undefined;

/** Bytes that SQS counts for {@link resentAttributes}, names and types included, generously: a message must leave room for them. */
export const resentAttributeBytes = 64;

/** Attributes of a message that is sent again. */
export const resentAttributes = (attempt: number, split: boolean): MessageAttributes => ({
  ...(attempt > 1 ? { [attemptAttribute]: String(attempt) } : {}),
  ...(split ? { [splitAttribute]: 'true' } : {}),
});

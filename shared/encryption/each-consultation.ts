import type { ConsultationId } from '../domain/ids.ts';

/** Looked up at a time: enough to hide a network share's round trips behind each other. */
const lookUpsAtOnce = 8;

/**
 * Looks each consultation up once, some at a time.
 * @throws the first error of `lookUp`, once all that began have ended
 */
export const eachConsultation = async <Found>(
  consultationIds: ReadonlySet<ConsultationId>,
  lookUp: (consultationId: ConsultationId) => Promise<Found>,
): Promise<ReadonlyMap<ConsultationId, Found>> => {
  const found = new Map<ConsultationId, Found>();
  const waiting = consultationIds.values();
  const worker = async (): Promise<void> => {
    for (const consultationId of waiting) found.set(consultationId, await lookUp(consultationId));
  };
  const workers = Array.from({ length: Math.min(lookUpsAtOnce, consultationIds.size) }, worker);
  for (const result of await Promise.allSettled(workers)) if (result.status === 'rejected') throw result.reason;
  return found;
};

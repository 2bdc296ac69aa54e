import { ConsultationErased } from '../domain/errors.ts';
import type { ConsultationId } from '../domain/ids.ts';
import type { KeyFinder } from '../key-store/key-store.ts';
import { eachConsultation } from './each-consultation.ts';

/** Says which of these consultations were erased. @throws as `KeyFinder.find` does */
export type FindErased = (
  consultationIds: ReadonlySet<ConsultationId>,
) => Promise<ReadonlyMap<ConsultationId, ConsultationErased>>;

export const createErasureCheck =
  (keys: KeyFinder): FindErased =>
  async (consultationIds) => {
    const erased = new Map<ConsultationId, ConsultationErased>();
    for (const [consultationId, key] of await eachConsultation(consultationIds, (each) => keys.find(each))) {
      if (key.kind !== 'erased') continue;
      const when = key.erasure.erasedAt;
      const problem = `consultation_id: the consultation ${consultationId} was erased at ${when} and takes no events any more.`;
      erased.set(consultationId, new ConsultationErased(problem));
    }
    return erased;
  };

import { InvalidField } from '../domain/errors.ts';
import { consultationIdPattern, uuidPattern } from '../domain/event.ts';
import type { ConsultationId, EventId } from '../domain/ids.ts';
import { consultationIdRule, eventIdRule } from '../stages/ingest/explain.ts';

const consultationIdForm = new RegExp(consultationIdPattern, 'u');
const uuidForm = new RegExp(uuidPattern);

const isConsultationId = (text: string): text is ConsultationId => consultationIdForm.test(text);
const isEventId = (text: string): text is EventId => uuidForm.test(text);

/** @throws InvalidField naming `consultation_id`. */
export const consultationIdOf = (text: string): ConsultationId => {
  if (!isConsultationId(text)) throw new InvalidField('consultation_id', consultationIdRule);
  return text;
};

/** In lower case. @throws InvalidField naming `event_id`. */
export const eventIdOf = (text: string): EventId => {
  const lower = text.toLowerCase();
  if (!isEventId(lower)) throw new InvalidField('event_id', eventIdRule);
  return lower;
};

import { eventIdOf, eventNumber, newIdPrefix } from '../../../bench/load/plan.ts';
import { readSourceEvents, type SourceEvent } from '../../../bench/load/source-events.ts';
import { payloadText } from '../../e2e/api/events.ts';

/** Few, so that each has events of both hosts, and reading them all at the end takes a moment. */
const consultationCount = 20;

const source = readSourceEvents();

export interface SentEvent {
  readonly eventId: string;
  /** As it is posted. */
  readonly line: string;
}

/** An event as it was answered. */
export interface Seen {
  readonly event_id: string;
  readonly consultation_id: string;
  readonly sealed: boolean;
  readonly position?: number;
}

/** What the writers sent, which of it got a 202, and what an event that is read has to look like. */
export class SentEvents {
  readonly #prefix = newIdPrefix();
  readonly #accepted = new Set<string>();
  #sent = 0;

  readonly consultations: readonly string[] = Array.from(
    { length: consultationCount },
    (_, index) => `shared-${index}`,
  );

  /** Events that nobody has sent yet. */
  next(events: number): readonly SentEvent[] {
    return Array.from({ length: events }, () => this.#event(this.#sent++));
  }

  accept(eventId: string): void {
    this.#accepted.add(eventId);
  }

  get accepted(): ReadonlySet<string> {
    return this.#accepted;
  }

  get sent(): number {
    return this.#sent;
  }

  /** @param text an event as it was answered, its payload last. @throws Error unless it was sent like this. */
  check(text: string): Seen {
    const seen = JSON.parse(text) as Seen;
    const number = eventNumber(this.#prefix, seen.event_id);
    if (number === undefined || number >= this.#sent) throw new Error(`nobody sent ${seen.event_id}`);
    if (seen.consultation_id !== this.#consultationOf(number)) {
      throw new Error(`${seen.event_id} was not sent to ${seen.consultation_id}`);
    }
    if (payloadText(text.trimEnd()) !== this.#sourceOf(number).payload) {
      throw new Error(`${seen.event_id} has another payload than was sent: ${text}`);
    }
    return seen;
  }

  #sourceOf(number: number): SourceEvent {
    const event = source[number % source.length];
    if (event === undefined) throw new Error('the data set is empty');
    return event;
  }

  #consultationOf(number: number): string {
    return this.consultations[number % consultationCount] ?? '';
  }

  #event(number: number): SentEvent {
    const { eventType, occurredAt, userId, payload } = this.#sourceOf(number);
    const eventId = eventIdOf(this.#prefix, number);
    const envelope = JSON.stringify({
      event_id: eventId,
      consultation_id: this.#consultationOf(number),
      event_type: eventType,
      occurred_at: occurredAt,
      user_id: userId,
    });
    return { eventId, line: `${envelope.slice(0, -1)},"payload":${payload}}` };
  }
}

import { Compile } from 'typebox/compile';
import { InvalidField } from '../../domain/errors.ts';
import { eventOfPathSchema, eventSchema, type SentEvent } from '../../domain/event.ts';
import { limits } from '../../domain/limits.ts';

const withPath = Compile(eventOfPathSchema);
const withoutPath = Compile(eventSchema);

/** What each member must be, for a person. */
const rules: Readonly<Record<keyof SentEvent, string>> = {
  event_type: `must be SCREAMING_SNAKE_CASE (A-Z, 0-9 and _, a letter first), at most ${limits.eventTypeLength} characters`,
  payload: 'must be a JSON object',
  user_id: `must be 1 to ${limits.userIdLength} characters, none of them control characters`,
  occurred_at: 'must be an RFC 3339 time with an offset, such as 2026-11-23T10:11:12.345Z',
  event_id: 'must be a UUID, such as 0196e0a0-0000-7000-8000-000000000001',
  consultation_id: `must be 1 to ${limits.consultationIdLength} characters, without "/", "\\" or control characters, and neither "." nor ".."`,
};

const isMember = (name: string): name is keyof SentEvent => Object.hasOwn(rules, name);

/** The type of a JSON value, in JSON's words. */
const jsonType = (value: unknown): string => {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
};

const memberOf = (value: object, name: string): unknown => Object.getOwnPropertyDescriptor(value, name)?.value;

/** The first thing that is wrong with a value that its schema refused. */
const explain = (value: unknown, consultationInPath: boolean): InvalidField => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return new InvalidField('body', `an event must be a JSON object, not ${jsonType(value)}`);
  }
  const schema = consultationInPath ? withPath : withoutPath;
  for (const error of schema.Errors(value)) {
    if (error.keyword === 'required') {
      const name = error.params.requiredProperties[0] ?? 'body';
      return new InvalidField(name, isMember(name) ? `is missing; it ${rules[name]}` : 'is missing');
    }
    if (error.keyword === 'additionalProperties') {
      const name = error.params.additionalProperties[0] ?? 'body';
      return new InvalidField(
        name,
        `is not a member of an event; put it in payload (known: ${Object.keys(rules).join(', ')})`,
      );
    }
    const name = error.instancePath.split('/')[1] ?? '';
    if (!isMember(name)) continue;
    const wrongType = error.keyword === 'type' ? `, not ${jsonType(memberOf(value, name))}` : '';
    return new InvalidField(name, rules[name] + wrongType);
  }
  return new InvalidField('body', 'is not an event');
};

/** Whether a value is an event, its consultation in the path or not. */
export const isSentEvent = (value: unknown, consultationInPath: boolean): value is SentEvent =>
  consultationInPath ? withPath.Check(value) : withoutPath.Check(value);

/**
 * Checks a parsed value against the schema of an event.
 * @throws InvalidField naming the first member that is wrong.
 */
export function assertSentEvent(value: unknown, consultationInPath: boolean): asserts value is SentEvent {
  if (!isSentEvent(value, consultationInPath)) throw explain(value, consultationInPath);
}

/** What a consultation id must be, for messages about paths. */
export const consultationIdRule = rules.consultation_id;
/** What an event id must be, for messages about paths. */
export const eventIdRule = rules.event_id;

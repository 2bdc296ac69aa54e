import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { LetterId } from '../../domain/ids.ts';
import { letterIdPattern } from '../../domain/letter.ts';

/** What ends a letter: it was sent again, it is given up, or its event turned out to be stored. */
export const settlementActions = ['retried', 'discarded', 'already_stored'] as const;
export type SettlementAction = (typeof settlementActions)[number];

/** What was done with a letter. There is one at most, and it stays. */
export interface Settlement {
  readonly action: SettlementAction;
  /** Why, in the words of who did it; always there for `discarded`. */
  readonly note?: string;
  /** Id of the principal. */
  readonly by: string;
  /** RFC 3339 in UTC. */
  readonly at: string;
}

const schema = Type.Object(
  {
    letter_id: Type.String({ pattern: letterIdPattern }),
    action: Type.Enum([...settlementActions]),
    note: Type.Optional(Type.String()),
    by: Type.String(),
    at: Type.String(),
  },
  { additionalProperties: false },
);
const validator = Compile(schema);

export const settlementText = (letterId: LetterId, { action, note, by, at }: Settlement): string =>
  `${JSON.stringify({ letter_id: letterId, action, ...(note === undefined ? {} : { note }), by, at })}\n`;

/** @returns undefined when the text is no settlement. */
export const parseSettlement = (text: string): Settlement | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!validator.Check(value)) return undefined;
  const { letter_id: _, ...settlement } = value;
  return settlement;
};

/** What a key may do; `replay` is to look into quarantine and to retry or discard what is there. */
export const actions = ['append', 'read', 'replay'] as const;
export type Action = (typeof actions)[number];

export const isAction = (text: string): text is Action => actions.some((action) => action === text);

/** Who calls. */
export interface Principal {
  /** The key's id, never its secret; `anonymous` while there are no keys. */
  readonly id: string;
  /** On a consultation, or on what belongs to none that is known: that takes a key for every consultation. */
  readonly may: (action: Action, consultationId: string | undefined) => boolean;
  /** On some consultation at least. */
  readonly mayOnSome: (action: Action) => boolean;
}

/** Everyone, while there are no keys: the host then serves the loopback only. */
export const anonymous: Principal = { id: 'anonymous', may: () => true, mayOnSome: () => true };

/** A consultation id, or the beginning of one and a trailing `*`; `*` alone is every consultation. */
const matches = (pattern: string, consultationId: string | undefined): boolean =>
  consultationId === undefined
    ? pattern === '*'
    : pattern.endsWith('*')
      ? consultationId.startsWith(pattern.slice(0, -1))
      : consultationId === pattern;

export const keyPrincipal = (id: string, consultations: readonly string[], actions: readonly Action[]): Principal => ({
  id,
  may: (action, consultationId) =>
    actions.includes(action) && consultations.some((pattern) => matches(pattern, consultationId)),
  mayOnSome: (action) => actions.includes(action),
});

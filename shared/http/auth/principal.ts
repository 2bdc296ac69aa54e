/** What a key may do. */
export type Action = 'append' | 'read';

/** Who calls. */
export interface Principal {
  /** The key's id, never its secret; `anonymous` while there are no keys. */
  readonly id: string;
  readonly may: (action: Action, consultationId: string) => boolean;
}

/** Everyone, while there are no keys: the host then serves the loopback only. */
export const anonymous: Principal = { id: 'anonymous', may: () => true };

/** A consultation id, or the beginning of one and a trailing `*`; `*` alone is every consultation. */
const matches = (pattern: string, consultationId: string): boolean =>
  pattern.endsWith('*') ? consultationId.startsWith(pattern.slice(0, -1)) : consultationId === pattern;

export const keyPrincipal = (id: string, consultations: readonly string[], actions: readonly Action[]): Principal => ({
  id,
  may: (action, consultationId) =>
    actions.includes(action) && consultations.some((pattern) => matches(pattern, consultationId)),
});

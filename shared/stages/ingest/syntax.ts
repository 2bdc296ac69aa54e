/** Where JSON text stops being JSON, and what was expected there. */
export interface SyntaxProblem {
  /** UTF-16 code units from the start of the text. */
  readonly at: number;
  readonly expected: string;
}

const space = /[ \t\n\r]*/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

const plainEscape = /["\\/bfnrt]/;
const unicodeEscape = /u[0-9A-Fa-f]{4}/y;

/** Where the string ends that opens at `at`, or `broken` where it stops being one. A loop, since a regular expression would need a stack as long as the string. */
const scanString = (text: string, at: number): { readonly end: number; readonly broken: boolean } => {
  let end = at + 1;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code === 0x22) return { end: end + 1, broken: false };
    if (code < 0x20) break;
    if (code !== 0x5c) {
      end++;
      continue;
    }
    if (plainEscape.test(text.charAt(end + 1))) end += 2;
    else if (matchEnd(unicodeEscape, text, end + 1) !== -1) end += 6;
    else break;
  }
  return { end, broken: true };
};

/** Where `pattern` ends when it matches at `at`, else -1. */
const matchEnd = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
};

/**
 * Finds the first place where `text` is not JSON (RFC 8259); undefined when all of it is. `JSON.parse` decides whether
 * text is refused; this says where, since its messages name a place only sometimes and quote the client's text.
 */
export const findSyntaxProblem = (text: string): SyntaxProblem | undefined => {
  /** The bracket that closes each object or array that is open. */
  const open: ('}' | ']')[] = [];
  let at = matchEnd(space, text, 0);

  const problem = (expected: string): SyntaxProblem => ({ at, expected });
  const step = (to: number): void => {
    at = matchEnd(space, text, to);
  };
  /** Steps over a name and its colon. */
  const name = (): SyntaxProblem | undefined => {
    if (text[at] !== '"') return problem('a member name in double quotes');
    const scanned = scanString(text, at);
    if (scanned.broken) return brokenString(scanned.end);
    step(scanned.end);
    if (text[at] !== ':') return problem('":"');
    step(at + 1);
    return undefined;
  };
  const brokenString = (end: number): SyntaxProblem => ({
    at: end,
    expected: 'a string that ends, with control characters escaped and only the escapes that JSON has',
  });
  /** Steps over a value, or into one that is not empty; true when a whole value was stepped over. */
  const value = (): SyntaxProblem | boolean => {
    const first = text[at];
    if (first === '{' || first === '[') {
      const close = first === '{' ? '}' : ']';
      step(at + 1);
      if (text[at] === close) {
        step(at + 1);
        return true;
      }
      open.push(close);
      return close === '}' ? (name() ?? false) : false;
    }
    if (first === '"') {
      const scanned = scanString(text, at);
      if (scanned.broken) return brokenString(scanned.end);
      step(scanned.end);
      return true;
    }
    const end = matchEnd(scalar, text, at);
    if (end === -1) return problem('a value');
    step(end);
    return true;
  };

  while (true) {
    const done = value();
    if (typeof done === 'object') return done;
    if (!done) continue;
    while (open.length > 0 && text[at] === open.at(-1)) {
      open.pop();
      step(at + 1);
    }
    const close = open.at(-1);
    if (close === undefined) return at === text.length ? undefined : problem('nothing more');
    if (text[at] !== ',') return problem(`"," or "${close}"`);
    step(at + 1);
    const broken = close === '}' ? name() : undefined;
    if (broken) return broken;
  }
};

/** The line and column of a place, both from 1, as editors count. */
const place = (text: string, at: number): string => {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `line ${line}, column ${at - before.lastIndexOf('\n')}`;
};

/** Says in words where `text` is not JSON, and what was expected there. Quotes nothing of the text. */
export const describeSyntaxProblem = (text: string, problem: SyntaxProblem): string =>
  `not JSON at ${place(text, problem.at)}: expected ${problem.expected}${problem.at >= text.length ? ', but the text ends' : ''}`;

import type { Api } from './api.ts';
import { eventually } from './eventually.ts';

export interface Letter {
  readonly letter_id: string;
  readonly reason: string;
  readonly attempt: number;
  readonly consultation_id?: string;
  readonly event_id?: string;
  readonly state: string;
  readonly settlement?: { readonly action: string; readonly note?: string; readonly by: string };
  readonly record?: string;
}

export interface Outcomes {
  readonly dry_run: boolean;
  readonly outcomes: readonly { readonly letter_id: string; readonly outcome: string; readonly detail?: string }[];
  readonly next: string | null;
}

/** All letters that a query selects, page by page. */
export const listLetters = async (api: Api, query: string): Promise<readonly Letter[]> => {
  const letters: Letter[] = [];
  let after = '';
  for (;;) {
    const answer = await api.get(`/quarantine?${query}${after}`);
    if (answer.status !== 200) throw new Error(`listing quarantine: ${answer.status} ${answer.text}`);
    const page = answer.json<{ readonly letters: readonly Letter[]; readonly next: string | null }>();
    letters.push(...page.letters);
    if (page.next === null) return letters;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
};

export const showLetter = async (api: Api, letterId: string): Promise<Letter> =>
  (await api.get(`/quarantine/${letterId}`)).json<Letter>();

/** The letter that the query selects and that has `text` in its record, if it is there by now. */
export const findLetter = async (
  api: Api,
  query: string,
  text: string,
  known: Set<string> = new Set(),
): Promise<Letter | undefined> => {
  for (const { letter_id } of await listLetters(api, query)) {
    if (known.has(letter_id)) continue;
    const letter = await showLetter(api, letter_id);
    if (letter.record?.includes(text)) return letter;
    known.add(letter_id);
  }
  return undefined;
};

/** Waits for it. */
export const letterWith = (api: Api, query: string, text: string): Promise<Letter> => {
  const others = new Set<string>();
  return eventually(`a letter with ${text}`, () => findLetter(api, query, text, others), 60_000);
};

const act = async (api: Api, route: string, body: object): Promise<Outcomes> => {
  const answer = await api.post(route, JSON.stringify(body));
  if (answer.status !== 200) throw new Error(`${route}: ${answer.status} ${answer.text}`);
  return answer.json<Outcomes>();
};

export const retry = (api: Api, body: object): Promise<Outcomes> => act(api, '/quarantine/retry', body);
export const discard = (api: Api, body: object): Promise<Outcomes> => act(api, '/quarantine/discard', body);

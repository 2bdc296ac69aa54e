export interface Question {
  readonly url: string;
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whoever does not answer by then is taken for gone, as a client would. */
  readonly timeoutMs: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** One exchange; undefined where nobody answered, or not in time: what became of the request is then unknown. */
export const ask = async ({ url, timeoutMs, ...request }: Question): Promise<Answer | undefined> => {
  try {
    const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  } catch {
    return undefined;
  }
};

/** How often each status was answered; `none` where there was no answer. */
export type Statuses = Record<string, number>;

export const count = (statuses: Statuses, answer: Answer | undefined): void => {
  const status = String(answer?.status ?? 'none');
  statuses[status] = (statuses[status] ?? 0) + 1;
};

/** Longer than the hosts' heartbeat: a stream on which nothing came for so long is dead. */
const silenceMs = 5_000;

export interface StreamMessage {
  readonly id: string | undefined;
  readonly data: string | undefined;
}

/** An open answer of server-sent events. */
export interface EventStream {
  readonly status: number;
  /** The text of an answer that is no stream; empty for one that is. */
  problem(): Promise<string>;
  /** The messages until the stream ends, breaks or falls silent. */
  messages(): AsyncGenerator<StreamMessage>;
}

/** The fields of one message; a comment alone has none. */
const parse = (block: string): StreamMessage => {
  const field = (name: string): string | undefined =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  return { id: field('id'), data: field('data') };
};

/** Opens a stream; undefined where nobody answers. */
export const openStream = async (
  url: string,
  headers: Readonly<Record<string, string>>,
  stopping: AbortSignal,
): Promise<EventStream | undefined> => {
  const silent = new AbortController();
  let watch: NodeJS.Timeout | undefined;
  const heard = (): void => {
    clearTimeout(watch);
    watch = setTimeout(() => silent.abort(), silenceMs);
  };
  const signal = AbortSignal.any([stopping, silent.signal]);

  async function* blocks(answer: Response): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of answer.body ?? []) {
      heard();
      text += decoder.decode(chunk, { stream: true });
      const whole = text.split('\n\n');
      text = whole.pop() ?? '';
      yield* whole;
    }
  }

  async function* messages(answer: Response): AsyncGenerator<StreamMessage> {
    const source = blocks(answer);
    try {
      for (;;) {
        // What breaks off is asked for again; what a message holds is for the caller to judge.
        const next = await source.next().catch(() => undefined);
        if (next === undefined || next.done) return;
        yield parse(next.value);
      }
    } finally {
      clearTimeout(watch);
      silent.abort();
    }
  }

  heard();
  try {
    const answer = await fetch(url, { headers: { ...headers, accept: 'text/event-stream' }, signal });
    const isStream = answer.status === 200;
    if (!isStream) clearTimeout(watch);
    return {
      status: answer.status,
      problem: async () => (isStream ? '' : answer.text().catch(() => '')),
      messages: () => messages(answer),
    };
  } catch {
    clearTimeout(watch);
    return undefined;
  }
};

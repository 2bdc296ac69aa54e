/** Something that happens at a moment of a simulation. */
export interface Event {
  readonly atMs: number;
  /** Breaks ties: of two events at one moment the one that was scheduled first comes first. */
  readonly order: number;
  readonly act: () => void;
}

const isBefore = (left: Event, right: Event): boolean =>
  left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);

/** A binary heap of events, the earliest on top. */
export class EventHeap {
  readonly #events: Event[] = [];

  get size(): number {
    return this.#events.length;
  }

  get earliest(): Event | undefined {
    return this.#events[0];
  }

  push(event: Event): void {
    const events = this.#events;
    let at = events.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = events[parent];
      if (above === undefined || isBefore(above, event)) break;
      events[at] = above;
      at = parent;
    }
    events[at] = event;
  }

  /** Takes the earliest; undefined when there is none. */
  pop(): Event | undefined {
    const top = this.#events[0];
    const last = this.#events.pop();
    if (last !== undefined && this.#events.length > 0) this.#sink(last);
    return top;
  }

  /** Places an event from the top on, below all that are earlier. */
  #sink(event: Event): void {
    const events = this.#events;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let below = events[child];
      const right = events[child + 1];
      if (below !== undefined && right !== undefined && isBefore(right, below)) {
        child++;
        below = right;
      }
      if (below === undefined || isBefore(event, below)) break;
      events[at] = below;
      at = child;
    }
    events[at] = event;
  }
}

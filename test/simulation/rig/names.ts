import path from 'node:path';

/** What names on a share stand for, with the names of each folder at hand: most of a simulation's calls list folders. */
export class Names<Node> {
  readonly #nodes: Map<string, Node>;
  readonly #children = new Map<string, Set<string>>();

  constructor(nodes: Iterable<readonly [string, Node]> = []) {
    this.#nodes = new Map();
    for (const [name, node] of nodes) this.set(name, node);
  }

  get(name: string): Node | undefined {
    return this.#nodes.get(name);
  }

  has(name: string): boolean {
    return this.#nodes.has(name);
  }

  set(name: string, node: Node): void {
    this.#nodes.set(name, node);
    const folder = path.dirname(name);
    const children = this.#children.get(folder);
    if (children) children.add(name);
    else this.#children.set(folder, new Set([name]));
  }

  delete(name: string): void {
    this.#nodes.delete(name);
    this.#children.get(path.dirname(name))?.delete(name);
  }

  keys(): readonly string[] {
    return [...this.#nodes.keys()];
  }

  [Symbol.iterator](): IterableIterator<[string, Node]> {
    return this.#nodes[Symbol.iterator]();
  }

  /** The names directly in a folder, whole. */
  childrenOf(folder: string): readonly string[] {
    return [...(this.#children.get(folder) ?? [])];
  }
}

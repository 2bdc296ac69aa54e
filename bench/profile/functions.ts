import { fileURLToPath } from 'node:url';
import type { CallFrame, CpuProfile, ProfileNode, Span } from './cpu-profile.ts';
import { selfTimesIn } from './cpu-profile.ts';
import { type StageName, stageOf } from './stages.ts';

/** A function, or what the profiler calls one, with what it took by itself. */
export interface FunctionTime {
  readonly name: string;
  /** Its file and line; of what has no file, the file that called it. */
  readonly place: string;
  readonly stage: StageName;
  readonly us: number;
}

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Relative to the repository, or a module of Node; undefined of what has no file: calls into C++, WebAssembly. */
const fileOf = ({ url }: CallFrame): string | undefined => {
  if (url === '' || url.startsWith('wasm:')) return undefined;
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  return file.startsWith(repository) ? file.slice(repository.length) : file;
};

interface Caller {
  readonly file: string;
  readonly stage: StageName;
}

/** What is written in no file is done for who called it. */
const callersOf = (nodes: readonly ProfileNode[]): ReadonlyMap<number, Caller> => {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const files = new Map(nodes.map(({ id, callFrame }) => [id, fileOf(callFrame)]));
  const callers = new Map<number, Caller>();
  for (const { id } of nodes) {
    let at: number | undefined = id;
    while (at !== undefined && files.get(at) === undefined) at = parents.get(at);
    const file = at === undefined ? undefined : files.get(at);
    callers.set(id, file === undefined ? { file: 'node', stage: 'node' } : { file, stage: stageOf(file) });
  }
  return callers;
};

const idle = '(idle)';
const garbageCollector = '(garbage collector)';

const nameOf = ({ functionName, url }: CallFrame): string => {
  if (url.startsWith('wasm:')) return 'WebAssembly';
  return functionName === '' ? '(anonymous)' : functionName;
};

const describe = ({ callFrame }: ProfileNode, { file, stage }: Caller): Omit<FunctionTime, 'us'> => {
  const name = nameOf(callFrame);
  if (name === garbageCollector) return { name, place: 'V8', stage: 'garbage' };
  if (name.startsWith('(') && callFrame.url === '') return { name, place: 'node', stage: 'node' };
  const hasLine = fileOf(callFrame) !== undefined && callFrame.lineNumber >= 0;
  return { name, place: hasLine ? `${file}:${callFrame.lineNumber + 1}` : file, stage };
};

/** What ran on a thread within a span, each function by what it took itself; time in which the thread had nothing to do is left out. */
export const functionTimes = (profile: CpuProfile, span: Span): readonly FunctionTime[] => {
  const callers = callersOf(profile.nodes);
  const times = selfTimesIn(profile, span);
  const functions = new Map<string, FunctionTime>();
  for (const node of profile.nodes) {
    const [us, caller] = [times.get(node.id), callers.get(node.id)];
    if (us === undefined || caller === undefined || node.callFrame.functionName === idle) continue;
    const found = describe(node, caller);
    const key = `${found.name} ${found.place}`;
    functions.set(key, { ...found, us: us + (functions.get(key)?.us ?? 0) });
  }
  return [...functions.values()];
};

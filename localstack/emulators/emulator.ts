import type { Mounts } from './mounts.ts';
import type { PythonVersion } from './python/find-python.ts';

/** What an emulator is started with. */
export interface StartSettings {
  /** Of the one port that it serves everything on, on the loopback. */
  readonly port: number;
  /** Its own folder, for what it writes. */
  readonly stateDir: string;
  /** The Node binary that functions run on. */
  readonly nodePath: string;
  /** Folders of this machine by the path that functions see them under; empty where no mount is possible. */
  readonly mounts: Mounts;
}

/** One of the programs that stand in for AWS on this machine, as far as the launcher has to know them apart. */
export interface Emulator {
  /** Also its folder and its npm script. */
  readonly name: 'localstack' | 'ministack';
  readonly title: string;
  readonly defaultPort: number;
  /** Pip requirements by the version of Python that they are pinned for, the preferred version first. */
  readonly locks: readonly { readonly python: PythonVersion; readonly file: string }[];
  /** A Python package of this repository that goes into the same environment. */
  readonly localPackage: string | undefined;
  /** What the Python environment takes on disk, in bytes; checked before it is made. */
  readonly installedBytes: number;
  /** Run with `python -m`. */
  readonly module: string;
  readonly healthPath: string;
  /** Parameters of serverless.yml that its own limits ask for, the kind of API among them. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether functions can be given the store at the path that they see on AWS. */
  readonly canMount: boolean;
  /** Whether queues and their messages survive `down` and the next start. */
  readonly keepsQueues: boolean;
  /** Its environment beyond what every process needs. */
  environment(settings: StartSettings): Readonly<Record<string, string>>;
}

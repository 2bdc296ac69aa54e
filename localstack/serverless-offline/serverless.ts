/** The part of the Serverless Framework that our plugins use; it brings no types of its own. */
export interface FunctionDefinition {
  readonly name: string;
  readonly handler: string;
  readonly timeout?: number;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

export interface Service {
  readonly service: string;
  readonly provider: {
    readonly stage: string;
    readonly region: string;
    environment?: Readonly<Record<string, unknown>>;
    httpApi?: Record<string, unknown>;
  };
  readonly custom: Readonly<Record<string, unknown>>;
  readonly resources?: { readonly Resources?: Readonly<Record<string, unknown>> };
  getAllFunctions(): readonly string[];
  getFunction(key: string): FunctionDefinition;
}

export interface Serverless {
  readonly service: Service;
  readonly pluginManager: { readonly plugins: readonly object[] };
  readonly classes: { readonly Error: new (message: string, code?: string) => Error };
}

/** Command line options, as given. */
export type CliOptions = Readonly<Record<string, unknown>>;

export type Hooks = Readonly<Record<string, () => void | Promise<void>>>;

/** Says whether this is an object with members, which is most of what YAML gives. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

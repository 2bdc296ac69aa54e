/** The part of the Serverless Framework that our plugins use; it brings no types of its own. */
export interface FunctionDefinition {
  readonly name: string;
  readonly handler: string;
  readonly timeout?: number;
  events: readonly FunctionEvent[];
  fileSystemConfig?: unknown;
}

/** A trigger of a function, by its kind: `httpApi`, `http`, `sqs`. */
export type FunctionEvent = Readonly<Record<string, unknown>>;

export type Resources = Readonly<Record<string, unknown>>;

export interface Service {
  readonly service: string;
  readonly provider: {
    readonly stage: string;
    readonly region: string;
    environment?: Readonly<Record<string, unknown>>;
    httpApi?: Readonly<Record<string, unknown>>;
    apiGateway?: Readonly<Record<string, unknown>>;
    endpointType?: string;
    vpc?: unknown;
  };
  readonly custom: Readonly<Record<string, unknown>>;
  resources?: { readonly Resources?: Resources };
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

/** All functions of the service. */
export const functionsOf = (service: Service): readonly FunctionDefinition[] =>
  service.getAllFunctions().map((key) => service.getFunction(key));

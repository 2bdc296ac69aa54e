/** What serverless-offline lets other plugins have of its Lambda, as far as ours uses it; the package has no types. */
declare module 'serverless-offline/lambda' {
  interface LambdaFunction {
    setEvent(event: unknown): void;
    /** @throws what the function throws, or a timeout */
    runHandler(): Promise<unknown>;
  }

  export default class Lambda {
    constructor(serverless: unknown, options: unknown);
    create(functions: readonly { readonly functionKey: string; readonly functionDefinition: unknown }[]): void;
    /** An idle environment of the function, or a new one; it is busy as soon as it runs. */
    get(functionKey: string): LambdaFunction;
    cleanup(): Promise<void>;
  }
}

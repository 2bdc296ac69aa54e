/** What can go wrong with an emulator; each is shown as its message alone, which says what to do. */
export type EmulatorErrorTag =
  | 'WrongOption'
  | 'UnsupportedSystem'
  | 'PythonMissing'
  | 'PackagesNotInstalled'
  | 'FolderHeld'
  | 'PortTaken'
  | 'DidNotStart'
  | 'ListensBeyondLoopback'
  | 'RunsDifferently'
  | 'DeployFailed'
  | 'StackHoldsEvents'
  | 'QueueNotEmpty'
  | 'Interrupted';

export class EmulatorError extends Error {
  readonly tag: EmulatorErrorTag;
  constructor(tag: EmulatorErrorTag, message: string, options?: ErrorOptions) {
    super(message, options);
    this.tag = tag;
  }
  override get name(): string {
    return this.tag;
  }
}

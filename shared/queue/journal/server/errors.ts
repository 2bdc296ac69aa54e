/** An error as SQS answers it. */
export class SqsError extends Error {
  override readonly name = 'SqsError';
  /** SQS's name of the error, without its namespace. */
  readonly code: string;
  readonly status: number;
  /** False when the queue is at fault. */
  readonly senderFault: boolean;
  constructor(code: string, message: string, options?: ErrorOptions & { status?: number; senderFault?: boolean }) {
    super(message, options);
    this.code = code;
    this.status = options?.status ?? 400;
    this.senderFault = options?.senderFault ?? true;
  }
}

/**
 * What older clients know an error as (`awsQueryError` in SQS's API model); the AWS CLI shows these. Others keep their name.
 */
const queryCodes: Readonly<Record<string, string>> = {
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  PurgeQueueInProgress: 'AWS.SimpleQueueService.PurgeQueueInProgress',
  QueueDeletedRecently: 'AWS.SimpleQueueService.QueueDeletedRecently',
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
};

/** Value of the header `x-amzn-query-error`. */
export const queryErrorOf = ({ code, senderFault }: SqsError): string =>
  `${queryCodes[code] ?? code};${senderFault ? 'Sender' : 'Receiver'}`;

export const queueDoesNotExist = (): SqsError =>
  new SqsError('QueueDoesNotExist', 'The specified queue does not exist.');

export const missingParameter = (name: string): SqsError =>
  new SqsError('MissingParameter', `The request must contain the parameter ${name}.`);

export const invalidParameter = (name: string, value: unknown, reason: string): SqsError =>
  new SqsError(
    'InvalidParameterValue',
    `Value ${JSON.stringify(value)} for parameter ${name} is invalid. Reason: ${reason}`,
  );

export const unsupported = (what: string): SqsError =>
  new SqsError('UnsupportedOperation', `The embedded queue does not support ${what}.`);

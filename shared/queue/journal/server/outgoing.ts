import type { MessageAttributes } from '../../port.ts';
import { fromTyped, isBinary, parseKey, type TypedAttribute } from '../../sqs/attributes.ts';
import { isSqsText } from '../../sqs/text.ts';
import type { JournalOutgoingMessage } from '../port.ts';
import { digestOfAttributes, digestOfBody } from './digest.ts';
import { invalidParameter, missingParameter, SqsError } from './errors.ts';
import { type Fields, isFields, optionalText, optionalWhole, ranges, refuse } from './fields.ts';

/** Most attributes of a message (SQS developer guide, message attributes). */
const mostAttributes = 10;
const attributeName = /^(?!\.|AWS\.|Amazon\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/i;
const dataType = /^(String|Number|Binary)(\.[^:]{1,249})?$/;

const invalidCharacters = (): SqsError =>
  new SqsError(
    'InvalidMessageContents',
    'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF and #xE000 to #xFFFD and #x10000 to #x10FFFF.',
  );

const typedAttribute = (name: string, value: unknown): TypedAttribute<string> => {
  const parameter = `MessageAttributes.${name}`;
  if (!attributeName.test(name)) throw invalidParameter('MessageAttributes', name, 'Must be a valid attribute name.');
  if (!isFields(value)) throw invalidParameter(parameter, value, 'Must be an object.');
  const type = optionalText(value, 'DataType') ?? '';
  if (!dataType.test(type)) throw invalidParameter(parameter, type, 'Must be of type String, Number or Binary.');
  const member = isBinary(type) ? 'BinaryValue' : 'StringValue';
  const text = optionalText(value, member);
  if (text === undefined || text === '') throw invalidParameter(parameter, type, `Must have a ${member}.`);
  if (isBinary(type)) return { DataType: type, BinaryValue: text };
  if (!isSqsText(text)) throw invalidCharacters();
  if (type.startsWith('Number') && !Number.isFinite(Number(text))) {
    throw invalidParameter(parameter, text, 'Must be a number.');
  }
  return { DataType: type, StringValue: text };
};

const attributesOf = (fields: Fields): MessageAttributes | undefined => {
  const given = fields.MessageAttributes ?? {};
  if (!isFields(given)) throw invalidParameter('MessageAttributes', given, 'Must be a map.');
  const entries = Object.entries(given);
  if (entries.length === 0) return undefined;
  if (entries.length > mostAttributes) {
    throw invalidParameter('MessageAttributes', entries.length, `At most ${mostAttributes} attributes.`);
  }
  const typed = Object.fromEntries(entries.map(([name, value]) => [name, typedAttribute(name, value)]));
  return fromTyped(typed, (base64) => base64);
};

/** What SQS counts against its limits: the body, and name, type and value of each attribute, in bytes. */
export const sizeOf = ({ body, attributes = {} }: JournalOutgoingMessage): number => {
  let bytes = Buffer.byteLength(body);
  for (const [key, value] of Object.entries(attributes)) {
    const { name, dataType: type } = parseKey(key);
    bytes += name.length + Buffer.byteLength(type) + Buffer.byteLength(value, isBinary(type) ? 'base64' : 'utf8');
  }
  return bytes;
};

/** One message of a send; its size is checked with the call's. @throws SqsError when SQS would not take it. */
export const outgoingMessage = (fields: Fields): JournalOutgoingMessage => {
  refuse(fields, ['MessageGroupId', 'MessageDeduplicationId'], 'FIFO queues and message groups');
  const body = optionalText(fields, 'MessageBody');
  if (body === undefined || body === '') throw missingParameter('MessageBody');
  if (!isSqsText(body)) throw invalidCharacters();
  const delaySeconds = optionalWhole(fields, 'DelaySeconds', ranges.delaySeconds);
  const attributes = attributesOf(fields);
  return {
    body,
    ...(attributes === undefined ? {} : { attributes }),
    ...(delaySeconds === undefined ? {} : { delaySeconds }),
  };
};

/** The digests of a send's answer. */
export const digestsOf = (
  { body, attributes = {} }: JournalOutgoingMessage,
  wanted: boolean,
): { MD5OfMessageBody?: string; MD5OfMessageAttributes?: string } => {
  if (!wanted) return {};
  const ofAttributes = digestOfAttributes(attributes);
  return {
    MD5OfMessageBody: digestOfBody(body),
    ...(ofAttributes === undefined ? {} : { MD5OfMessageAttributes: ofAttributes }),
  };
};

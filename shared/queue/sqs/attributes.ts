import type { MessageAttributes } from '../port.ts';

/** How SQS carries an attribute. `Value` is a base64 string in the JSON protocol and bytes in the AWS SDK. */
export interface TypedAttribute<Value> {
  readonly DataType: string | undefined;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Value | undefined;
}

/**
 * The port's attributes are strings. One of another type keeps its type behind a colon in its name, `count:Number` or
 * `thumb:Binary` (base64), so that it survives a way through the port; SQS allows no colon in a name of its own.
 */
const separator = ':';

const keyOf = (name: string, dataType: string): string =>
  dataType === 'String' ? name : `${name}${separator}${dataType}`;

/** An attribute's name and type out of its key in {@link MessageAttributes}. */
export const parseKey = (key: string): { readonly name: string; readonly dataType: string } => {
  const at = key.indexOf(separator);
  return at < 0 ? { name: key, dataType: 'String' } : { name: key.slice(0, at), dataType: key.slice(at + 1) };
};

export const isBinary = (dataType: string): boolean => dataType.startsWith('Binary');

/** SQS's attributes as the port's. `toBase64` renders a binary value. */
export const fromTyped = <Value>(
  typed: Readonly<Record<string, TypedAttribute<Value>>> | undefined,
  toBase64: (value: Value) => string,
): MessageAttributes => {
  const attributes: Record<string, string> = {};
  for (const [name, { DataType = 'String', StringValue, BinaryValue }] of Object.entries(typed ?? {})) {
    attributes[keyOf(name, DataType)] = BinaryValue === undefined ? (StringValue ?? '') : toBase64(BinaryValue);
  }
  return attributes;
};

/** The port's attributes as SQS's; undefined when there is none. `fromBase64` makes a binary value. */
export const toTyped = <Value>(
  attributes: MessageAttributes | undefined,
  fromBase64: (text: string) => Value,
): Record<string, { DataType: string; StringValue?: string; BinaryValue?: Value }> | undefined => {
  const entries = Object.entries(attributes ?? {});
  if (entries.length === 0) return undefined;
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const { name, dataType } = parseKey(key);
      const typed = isBinary(dataType)
        ? { DataType: dataType, BinaryValue: fromBase64(value) }
        : { DataType: dataType, StringValue: value };
      return [name, typed];
    }),
  );
};

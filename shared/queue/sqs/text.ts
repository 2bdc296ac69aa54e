/** Lone surrogates are found by `isWellFormed`, which is faster than a class of astral ranges. */
const refused = /[^\t\n\r -\uFFFD]/;

/**
 * True when SQS takes `text` as a message body or a string attribute: #x9, #xA, #xD, #x20 to #xD7FF, #xE000 to #xFFFD,
 * #x10000 to #x10FFFF (SendMessage in the SQS API reference).
 */
export const isSqsText = (text: string): boolean => !refused.test(text) && text.isWellFormed();

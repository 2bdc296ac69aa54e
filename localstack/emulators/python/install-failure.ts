/** Lines of pip's output that are shown when nothing better is known. */
const shownLines = 12;

const causes: readonly { readonly pattern: RegExp; readonly advice: string }[] = [
  { pattern: /No space left on device/i, advice: 'The disk is full: make room and start again.' },
  {
    pattern:
      /Temporary failure in name resolution|Failed to establish a new connection|Network is unreachable|ProxyError/i,
    advice:
      'The package index cannot be reached, and the first start needs it once. Check the network (and HTTPS_PROXY or PIP_INDEX_URL, if you use them) and start again.',
  },
  {
    pattern: /CERTIFICATE_VERIFY_FAILED/i,
    advice: 'A proxy in between shows a certificate of its own: name its authority in PIP_CERT and start again.',
  },
  { pattern: /Permission denied/i, advice: 'A folder cannot be written: see below whose it is.' },
  { pattern: /No module named pip|ensurepip/i, advice: 'This Python brings no pip: name another one in PYTHON.' },
];

/** Why the Python packages could not be installed, in words that help, then what pip said last. */
export const installFailure = (title: string, output: string): string => {
  const cause = causes.find(({ pattern }) => pattern.test(output));
  const last = output.trimEnd().split('\n').slice(-shownLines).join('\n');
  return `The Python packages of ${title} could not be installed. ${cause?.advice ?? 'pip said:'}\n${last}`;
};

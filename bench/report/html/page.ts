import { escapeHtml } from './escape-html.ts';

const style = `
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: #1b1b1b; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.2rem }
table { border-collapse: collapse; width: 100%; margin: .6rem 0 }
td, th { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #ddd; vertical-align: top }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.met { color: #1d6b33 } .not-met, .failed { color: #a3241d; font-weight: 600 } .inconclusive { color: #7a5a00 }
svg { max-width: 40rem; display: block; font: 11px system-ui, sans-serif }
svg.strip { width: 180px; height: 18px }
svg path { fill: none; stroke-width: 1.3 } svg .grid { stroke: #e4e4e4 } svg .legend { font-weight: 600 }
svg .interval { fill: #cfe0ee } svg .quiet { fill: #0b62a4 } svg .noisy { fill: #fff; stroke: #c4532d; stroke-width: 1.2 }
`;

/** One file that needs nothing else: no script, no font, no picture from elsewhere. */
export const page = (title: string, sections: readonly string[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${sections.filter((section) => section !== '').join('\n')}
</body>
</html>
`;

/** @param rows cells are HTML already */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const headRow = head.map((cell) => `<th>${escapeHtml(cell)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n');
  return `<table><thead><tr>${headRow}</tr></thead><tbody>\n${body}\n</tbody></table>`;
};

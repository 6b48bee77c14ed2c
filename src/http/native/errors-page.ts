import { readFileSync } from 'node:fs'
import { faultTable } from '../../core/errors.ts'

/** `docs/errors.md` as a page, each code with an anchor of its own. */
export function renderErrorsPage(): string {
  const text = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `(\w+)` \| (\d+) \| (.+) \| (.+) \|$/gm)]
  const entries = rows.map(([, code = '', status = '', meaning = '', remedy = '']) => {
    const isKnown = Object.hasOwn(faultTable, code)
    const body = `<p>${markup(meaning)}</p><p><b>What to do:</b> ${markup(remedy)}</p>`
    return isKnown
      ? `<section id="${code}"><h2><code>${code}</code> <small>${status}</small></h2>${body}</section>`
      : ''
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Errors of Roster</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/page.css"></head>
<body class="plain"><main><p><a href="/docs/">Roster API</a></p><h1>Errors</h1>
${entries.join('\n')}
</main></body></html>
`
}

function markup(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return escaped
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')
}

/* One call, as a shell command and in the languages people write integrations in. */

interface Call {
  method: string
  url: string
  headers: [name: string, value: string][]
  body: string | null
}

export const tongues = ['curl', 'TypeScript', 'PHP', 'Python'] as const
export type Tongue = (typeof tongues)[number]

/** The shell command in another language; null for one that takes a shell: calls within calls. */
export function inTongue(command: string, tongue: Tongue): string | null {
  if (tongue === 'curl') return command
  if (command.includes('$(')) return null
  const call = readCommand(command)
  if (tongue === 'TypeScript') return asTypeScript(call)
  return tongue === 'PHP' ? asPhp(call) : asPython(call)
}

/** Puts the parts of a token where their names stand in braces. */
export function withToken(command: string, token: { [field: string]: string }): string {
  return command.replaceAll(/\{(\w+)\}/g, (whole, name: string) => token[name] ?? whole)
}

function readCommand(command: string): Call {
  const call: Call = { method: '', url: '', headers: [], body: null }
  const parts = shellWords(command)
  for (let at = 1; at < parts.length; at++) {
    const part = parts[at] ?? ''
    if (part === '-X') call.method = parts[++at] ?? ''
    else if (part === '-H') {
      const [name = '', ...value] = (parts[++at] ?? '').split(':')
      call.headers.push([name, value.join(':').trim()])
    } else if (part === '-d' || part === '--data') call.body = parts[++at] ?? ''
    else if (!part.startsWith('-')) call.url = part
  }
  call.method ||= call.body === null ? 'GET' : 'POST'
  return call
}

function shellWords(command: string): string[] {
  const found = command.replaceAll('\\\n', ' ').match(/(?:'[^']*'|"(?:\\.|[^"])*"|\\.|[^\s'"\\])+/g)
  return (found ?? []).map((word) =>
    word.replaceAll(/'([^']*)'|"((?:\\.|[^"])*)"|\\(.)/g, (_, single, double, plain) => {
      return single ?? double?.replaceAll(/\\(.)/g, '$1') ?? plain
    }),
  )
}

function asTypeScript({ method, url, headers, body }: Call): string {
  const lines = headers.map(([name, value]) => `    ${quoted(name)}: ${quoted(value)},`)
  return [
    `const answer = await fetch(${quoted(url)}, {`,
    `  method: ${quoted(method)},`,
    '  headers: {',
    ...lines,
    '  },',
    ...(body === null ? [] : [`  body: ${quoted(body)},`]),
    '})',
    'if (!answer.ok) throw new Error(await answer.text())',
    'console.info(answer.status, await answer.text())',
  ].join('\n')
}

function asPhp({ method, url, headers, body }: Call): string {
  const lines = headers.map(([name, value]) => `        ${quoted(`${name}: ${value}`)},`)
  return [
    '<?php',
    `$call = curl_init(${quoted(url)});`,
    'curl_setopt_array($call, [',
    `    CURLOPT_CUSTOMREQUEST => ${quoted(method)},`,
    '    CURLOPT_RETURNTRANSFER => true,',
    '    CURLOPT_HTTPHEADER => [',
    ...lines,
    '    ],',
    ...(body === null ? [] : [`    CURLOPT_POSTFIELDS => ${quoted(body)},`]),
    ']);',
    '$answer = curl_exec($call);',
    'if ($answer === false) throw new Exception(curl_error($call));',
    'if (curl_getinfo($call, CURLINFO_RESPONSE_CODE) >= 400) throw new Exception($answer);',
    'echo curl_getinfo($call, CURLINFO_RESPONSE_CODE), " ", $answer, PHP_EOL;',
  ].join('\n')
}

function asPython({ method, url, headers, body }: Call): string {
  const lines = headers.map(([name, value]) => `        ${quoted(name)}: ${quoted(value)},`)
  return [
    'from urllib.request import Request, urlopen',
    '',
    'answer = urlopen(Request(',
    `    ${quoted(url)},`,
    `    method=${quoted(method)},`,
    '    headers={',
    ...lines,
    '    },',
    ...(body === null ? [] : [`    data=${quoted(body)}.encode(),`]),
    '))',
    'print(answer.status, answer.read().decode())',
  ].join('\n')
}

/** Single quotes mean the same in all three, but for what stands behind a backslash. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`
}

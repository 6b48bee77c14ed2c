import type {
  Compatibility,
  DialectCase,
  DialectCases,
  SupportedCall,
} from '../../src/core/dialect-case.ts'

/** A dialect's page in `docs/compatibility/`, made from its table of cases. */
export function compatibilityPage(table: DialectCases, compatibility: Compatibility): string {
  const { cases } = table
  const { title, intro, calls, missing } = compatibility
  const supported = cases.filter((row) => !row.unsupported)
  const byCall = new Map(calls.map((call) => [call, [] as DialectCase[]]))
  const others: DialectCase[] = []
  for (const row of supported) (byCall.get(callOf(calls, row) as SupportedCall) ?? others).push(row)
  const sourced = cases.filter((row) => row.source !== undefined).length
  return `${[
    `# ${title}`,
    intro,
    `This page is made from the cases in [src/dialects/${table.dialect}/cases](../../src/dialects/${table.dialect}/cases): ${cases.length} requests, each with its exact answer and the events it leaves, which the tests send to a running server on every engine. ${sourced} of them are documented examples or recorded exchanges of the vendor's own service. Do not edit it; see [CONTRIBUTING.md](../../CONTRIBUTING.md).`,
    '## Supported',
    markdownTable(
      ['call', 'does', 'cases'],
      calls.map((call) => [
        nameOf(call),
        call.limits ? `${call.does} ${call.limits}` : call.does,
        String(byCall.get(call)?.length),
      ]),
    ),
    '## Differing',
    'What Roster does, what the vendor does there, and why it is not the same.',
    markdownTable(
      ['here', 'the vendor', 'why'],
      cases.flatMap((row) =>
        row.differs ? [[row.name, row.differs.vendor, row.differs.why]] : [],
      ),
    ),
    '## Not supported',
    markdownTable(
      ['what', 'answer', 'why'],
      [
        ...cases.flatMap(({ unsupported, response }) =>
          unsupported ? [[unsupported.what, String(response.status), unsupported.why]] : [],
        ),
        ...missing.map(({ what, why }) => [what, '', why]),
      ],
    ),
    '## Cases',
    ...calls.flatMap((call) => [`### ${nameOf(call)}`, caseList(byCall.get(call) ?? [])]),
    ...(others.length > 0 ? ['### Other requests', caseList(others)] : []),
  ].join('\n\n')}\n`
}

/** The call a case is about; undefined when none of those listed is meant. */
export function callOf(
  calls: readonly SupportedCall[],
  row: DialectCase,
): SupportedCall | undefined {
  const method = row.request.method === 'HEAD' ? 'GET' : row.request.method
  const path = (row.request.path.split('?', 1)[0] ?? '')
    .replace(/^https?:\/\/[^/]*/, '')
    .replaceAll(/\/{2,}/g, '/')
  const fitting = calls.filter((call) => call.method === method && pattern(call).test(path))
  // Of two that fit, the one that says more of the path: `/users/@{memberId}` over `/users/{userId}`.
  return fitting.sort((a, b) => literals(b) - literals(a))[0]
}

/** `{name}` stands for one segment or the rest of one; a trailing slash never matters. */
function pattern({ path }: SupportedCall): RegExp {
  const parts = path.replace(/\/$/, '').split(/\{\w+\}/)
  const source = parts
    .map((part) => part.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll('@', '(?:@|%40)'))
    .join('[^/]+')
  return new RegExp(`^${source}/?$`)
}

function literals({ path }: SupportedCall): number {
  return path.replaceAll(/\{\w+\}/g, '').length
}

function nameOf({ method, path }: SupportedCall): string {
  return `\`${method} ${path}\``
}

function caseList(rows: readonly DialectCase[]): string {
  return rows
    .map(
      ({ name, source }) => `- ${name}${source === undefined ? '' : ` (${shownSource(source)})`}`,
    )
    .join('\n')
}

function shownSource(source: string): string {
  return source.startsWith('https://') ? `[documented](${source})` : source
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'Nothing.'
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

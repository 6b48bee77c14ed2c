import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

/*
 * The layout of the project as rules: each is tried on the files as they are, which must pass, and
 * on the same files with a violation planted, which it must name.
 */

/** Text by path from the root; what a rule looks at. */
type Tree = { readonly [path: string]: string }

interface TidyRule {
  name: string
  /** What is wrong, each beginning with the path. */
  check(tree: Tree): string[]
  /** A violation, as files added to the tree or put in the place of others; null removes one. */
  planted: { [path: string]: string | null }
}

const rules: TidyRule[] = [
  {
    name: 'a part imports only what its row in ARCHITECTURE.md names',
    check: importFaults,
    planted: { 'src/core/planted.ts': "import { Store } from '../storage/store.ts'\n" },
  },
  {
    name: 'a dialect never imports its sibling',
    check: importFaults,
    planted: { 'src/dialects/usercom/planted.ts': "export { x } from '../copernica/fields.ts'\n" },
  },
  {
    name: 'where only types may be imported, nothing else is',
    check: importFaults,
    planted: { 'src/http/planted.ts': "import { Store } from '../storage/store.ts'\n" },
  },
  {
    name: 'a part uses only the packages its row names',
    check: importFaults,
    planted: { 'src/core/planted.ts': "import { readFileSync } from 'node:fs'\n" },
  },
  {
    name: 'every source file has a row in the import table',
    check: (tree) => {
      const table = importTable(tree)
      return paths(tree, /^src\/.*\.tsx?$/)
        .filter((path) => !rowOf(table, path))
        .map((path) => `${path}: no row of the import table covers it`)
    },
    planted: { 'src/manager/planted.ts': '' },
  },
  {
    name: 'a file has at most 300 lines, tests and tables of data apart',
    check: (tree) =>
      paths(tree, /^(src|test|bench)\/.*\.tsx?$/, /\.test\.ts$|\/cases\/|^src\/client\/api\.d\.ts$/)
        .map((path) => ({ path, lines: (tree[path] ?? '').split('\n').length - 1 }))
        .filter(({ lines }) => lines > 300)
        .map(({ path, lines }) => `${path}: ${lines} lines`),
    planted: { 'src/core/planted.ts': '\n'.repeat(301) },
  },
  {
    // The formatter sees to code; what it leaves alone is comments and SQL. Text it cannot break.
    name: 'a line has at most 100 columns, unless it holds a long text',
    check: (tree) =>
      grep(tree, /^(src|test|bench)\/.*\.(tsx?|sql)$/, /^.{101,}$/).filter(
        (found) =>
          !/\/cases\/|^src\/client\/api\.d\.ts/.test(found) && !/(['"`]).{30,}\1/.test(found),
      ),
    planted: { 'src/core/planted.ts': `// ${'wide '.repeat(20)}\n` },
  },
  {
    name: 'nothing is written with console.log',
    check: (tree) => grep(tree, /^(src|test|bench)\/.*\.tsx?$/, /\bconsole\.log\b/),
    planted: { 'src/http/planted.ts': 'console.log(1)\n' },
  },
  {
    name: 'no test runs alone',
    check: (tree) => grep(tree, /^(src|test)\/.*\.ts$/, /\.only\(|\bonly: true/),
    planted: { 'test/planted.test.ts': "test.only('x', () => {})\n" },
  },
  {
    name: 'nothing is left to be done later',
    check: (tree) => grep(tree, /^(src|test|bench|bin|docs|\.ci)\//, /\bTO_?DO\b|\bFIX_?ME\b/),
    planted: { 'src/lib/planted.ts': '// TODO later\n' },
  },
  {
    name: 'no path of the machine it was written on is left in it',
    check: (tree) => grep(tree, /./, /(?:^|[\s'"`(=:])\/(?:work|home|root|tmp)\//),
    planted: { 'docs/planted.md': 'see /home/me/roster\n' },
  },
  {
    name: 'the id of a dialect stands in its folder and the registries alone',
    check: (tree) =>
      folders(tree, 'src/dialects').flatMap((id) =>
        grep(tree, /^src\/.*\.tsx?$/, new RegExp(`\\b${id}\\b`)).filter(
          (found) => !/^src\/dialects\/((registry|collections)\.ts|[^/]+\/)/.test(found),
        ),
      ),
    planted: { 'src/core/planted.ts': "export const vendor = 'copernica'\n" },
  },
  {
    name: 'a dialect does not know the id of another',
    check: (tree) =>
      folders(tree, 'src/dialects').flatMap((id) =>
        grep(tree, /^src\/dialects\/[^/]+\/[^/]+\.ts$/, new RegExp(`['"\`]${id}['"\`]`)).filter(
          (found) => !found.startsWith(`src/dialects/${id}/`) && !/\.test\.ts:/.test(found),
        ),
      ),
    planted: { 'src/dialects/usercom/planted.ts': "export const other = 'copernica'\n" },
  },
  {
    // One word is both an action and a command kind; kinds belong to the core.
    name: 'the type of an action stands in its folder, the registry and the starter rules alone',
    check: (tree) => {
      const kinds = [...(tree['src/core/command.ts'] ?? '').matchAll(/kind: '([a-z-]+)'/g)]
      const types = folders(tree, 'src/actions').filter(
        (type) => !kinds.some(([, kind]) => kind === type),
      )
      return types.flatMap((type) =>
        grep(tree, /^src\/.*\.tsx?$/, new RegExp(`['"\`]${type}['"\`]`)).filter(
          (found) =>
            !found.startsWith(`src/actions/${type}/`) && !/^src\/core\/rule\.ts/.test(found),
        ),
      )
    },
    planted: { 'src/core/planted.ts': "export const action = 'add-tag'\n" },
  },
  {
    name: 'every dialect folder has its files',
    check: (tree) => {
      const files = ['dialect.ts', 'endpoints.ts', 'fields.ts', 'errors.ts', 'cases/index.ts']
      return missing(tree, 'src/dialects', (id) => [...files, 'README.md', `${id}.test.ts`])
    },
    planted: { 'src/dialects/copernica/README.md': null },
  },
  {
    name: 'every action folder has its files',
    check: (tree) => missing(tree, 'src/actions', () => ['action.ts', 'README.md']),
    planted: { 'src/actions/planted/action.ts': '' },
  },
  {
    name: 'every dialect and action is in its registry',
    check: (tree) =>
      ['dialects', 'actions'].flatMap((kind) =>
        folders(tree, `src/${kind}`)
          .filter((id) => !tree[`src/${kind}/registry.ts`]?.includes(`'./${id}/`))
          .map((id) => `src/${kind}/registry.ts: lacks ${id}`),
      ),
    planted: { 'src/actions/planted/action.ts': '' },
  },
  {
    name: 'every file is used by another, or is where something begins',
    check: (tree) => {
      const begins =
        /\.test\.ts$|\/cases\/index\.ts$|^src\/(cli\/main|client\/client\.d|console-build|program-build|warm-start)\.ts$|^src\/console\/main\.tsx$|^test\/kit\/run-suite\.ts$|^bench\/(main|postgres|deliver|deliver-receiver|overload|import|lists|grow|size|console)\.ts$/
      const used = new Set(importsOf(tree, /^(src|test|bench)\/.*\.tsx?$/).map(({ to }) => to))
      return paths(tree, /^(src|test|bench)\/.*\.tsx?$/, begins)
        .filter((path) => !used.has(path))
        .map((path) => `${path}: nothing imports it`)
    },
    planted: { 'src/lib/planted.ts': '' },
  },
  {
    name: 'nothing lies about at the root',
    check: (tree) => {
      const known = [
        ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'LICENSE'],
        ...['package.json', 'package-lock.json', 'tsconfig.json', 'biome.json', '.oxlintrc.json'],
        ...['.gitignore', '.gitattributes', '.editorconfig', '.npmrc', '.ci', 'bin', 'src', 'test'],
        ...['bench', 'docs', 'changes', 'console'],
      ]
      const found = new Set(Object.keys(tree).map((path) => path.split('/')[0] ?? ''))
      return [...found]
        .filter((name) => !known.includes(name))
        .map((name) => `${name}: at the root`)
    },
    planted: { 'planted-notes.md': '' },
  },
  {
    name: 'what a page links to is there',
    check: (tree) =>
      paths(tree, /\.md$/).flatMap((path) =>
        [...(tree[path] ?? '').matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)]
          .map(([, link]) => posix.join(dirname(path), link ?? '').replace(/\/$/, ''))
          .filter((to) => !(to in tree) && paths(tree, /./).every((p) => !p.startsWith(`${to}/`)))
          .map((to) => `${path}: links to ${to}`),
      ),
    planted: { 'docs/planted.md': '[x](nowhere.md)\n' },
  },
]

const here = fileURLToPath(import.meta.url)
const root = join(dirname(here), '..')
const files = readTree()

for (const { name, check, planted } of rules) {
  test(name, () => {
    assert.deepEqual(check(files), [])
    const withPlanted = Object.fromEntries(
      Object.entries({ ...files, ...planted }).filter(([, text]) => text !== null),
    ) as Tree
    const places = [...Object.keys(planted), 'planted']
    const found = check(withPlanted).filter((text) => places.some((place) => text.includes(place)))
    assert.ok(found.length > 0, 'the planted violation is not found')
  })
}

/**
 * The project's own files, without what git ignores; this one, which names what it forbids, empty.
 */
function readTree(): Tree {
  const skipped = /^(node_modules|data|dist|\.git)$|\.log$|^\.DS_Store$/
  const tree: { [path: string]: string } = {}
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (folder === root && skipped.test(entry.name)) continue
      if (entry.isDirectory()) walk(path)
      else tree[relative(root, path)] = path === here ? '' : readFileSync(path, 'utf8')
    }
  }
  walk(root)
  return tree
}

function paths(tree: Tree, wanted: RegExp, except?: RegExp): string[] {
  return Object.keys(tree).filter((path) => wanted.test(path) && !except?.test(path))
}

/** `path:line: text` of every line that matches. */
function grep(tree: Tree, where: RegExp, what: RegExp): string[] {
  return paths(tree, where).flatMap((path) =>
    (tree[path] ?? '').split('\n').flatMap((line, index) => {
      return what.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []
    }),
  )
}

function folders(tree: Tree, parent: string): string[] {
  const below = paths(tree, new RegExp(`^${parent}/[^/]+/`))
  return [...new Set(below.map((path) => path.slice(parent.length + 1).split('/')[0] ?? ''))]
}

function missing(tree: Tree, parent: string, needed: (name: string) => string[]): string[] {
  return folders(tree, parent).flatMap((name) =>
    needed(name)
      .map((file) => `${parent}/${name}/${file}`)
      .filter((path) => !(path in tree))
      .map((path) => `${path}: missing`),
  )
}

interface Import {
  from: string
  /** A path from the root, or a package. */
  to: string
  ours: boolean
  typesOnly: boolean
}

/** Static and dynamic imports, and modules named by their address. */
function importsOf(tree: Tree, where = /^src\/.*\.tsx?$/): Import[] {
  const statement = /^(?:import|export)( type)?\b([^'"]*?)from '([^']+)'|^import '([^']+)'/gm
  const other = /\bimport\('([^']+)'\)|new URL\(\s*'(\.[^']+\.ts)'/g
  return paths(tree, where).flatMap((from) => {
    const text = tree[from] ?? ''
    const found = [...text.matchAll(statement)].map(([, type, names, to, bare]) => {
      const listed = (names ?? '').replace(/[{}\s]+/g, ' ').split(',')
      const allTypes = listed.every((name) => name.trim() === '' || /^\s*type /.test(name))
      return { to: to ?? bare ?? '', typesOnly: type !== undefined || (!bare && allTypes) }
    })
    for (const [, called, address] of text.matchAll(other)) {
      found.push({ to: called ?? address ?? '', typesOnly: false })
    }
    return found.map(({ to, typesOnly }) => {
      const ours = to.startsWith('.')
      return { from, to: ours ? posix.join(posix.dirname(from), to) : to, ours, typesOnly }
    })
  })
}

interface Row {
  part: string
  may: { part: string; typesOnly: boolean }[]
  packages: { name: string; typesOnly: boolean }[]
  everything: boolean
}

function importTable(tree: Tree): Row[] {
  const page = tree['ARCHITECTURE.md']?.split(/<!-- \/?imports -->/)[1] ?? ''
  const lines = page.split('\n').filter((line) => line.startsWith('| `'))
  assert.ok(lines.length > 10, 'ARCHITECTURE.md has no import table')
  return lines.map((line) => {
    const [part = '', may = '', packages = ''] = line.split('|').slice(1)
    const names = (cell: string) => [...cell.matchAll(/(types of )?`([^`]+)`( \(types\))?/g)]
    return {
      part: names(part)[0]?.[2] ?? '',
      may: names(may).map(([, , name = '', types]) => ({ part: name, typesOnly: Boolean(types) })),
      packages: names(packages).map(([, types, name = '']) => ({
        name,
        typesOnly: Boolean(types),
      })),
      everything: may.trim() === 'everything',
    }
  })
}

/** The row with the longest part that covers the path. */
function rowOf(table: readonly Row[], path: string): Row | undefined {
  const covering = table.filter(({ part }) => covers(part, path))
  return covering.sort((a, b) => b.part.length - a.part.length)[0]
}

/** A part is a file, a folder with what is in it, or with `*` any one folder. */
function covers(part: string, path: string): boolean {
  const below = path.slice('src/'.length)
  if (part.includes('*'))
    return below.split('/').length > 2 && below.startsWith(part.split('*')[0] ?? '')
  return part.endsWith('/') ? below.startsWith(part) : below === part
}

function importFaults(tree: Tree): string[] {
  const table = importTable(tree)
  return importsOf(tree).flatMap((found) => forbidden(found, table))
}

function forbidden({ from, to, ours, typesOnly }: Import, table: readonly Row[]): string[] {
  const row = rowOf(table, from)
  if (!row || row.everything) return []
  const isTest = from.endsWith('.test.ts')
  const may = ours
    ? sameFolder(row.part, from, to) ||
      row.may.some((to_) => covers(to_.part, to) && (typesOnly || !to_.typesOnly))
    : (isTest && /^(node:|fast-check)/.test(to)) ||
      row.packages.some(({ name, typesOnly: types }) => {
        const same =
          to === name || to.startsWith(`${name}/`) || (name === 'node:' && to.startsWith(name))
        return same && (typesOnly || !types)
      })
  return may ? [] : [`${from}: imports ${to}`]
}

function sameFolder(part: string, from: string, to: string): boolean {
  const depth = part.split('/').length - 1
  const own = from
    .split('/')
    .slice(0, depth + 1)
    .join('/')
  return part.endsWith('/') && to.startsWith(`${own}/`)
}

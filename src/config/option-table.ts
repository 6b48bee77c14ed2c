import { type Option, options } from './options.ts'

/** The option table as Markdown, as it stands in `docs/operating.md`. */
export function optionTable(): string {
  const rows = Object.values<Option>(options).map(
    (option) =>
      `| \`${option.name}\` | ${shownDefault(option)} | ${allowed(option)} | ${option.help} |`,
  )
  const head = ['| option | default | allowed | what it is |', '| --- | --- | --- | --- |']
  return [...head, ...rows].join('\n')
}

/** What an option takes, in words; error messages and the documentation say the same. */
export function allowed(option: Option): string {
  switch (option.type) {
    case 'text':
      return 'text'
    case 'path':
      return 'a path'
    case 'hex':
      return `${option.digits} hex digits`
    case 'integer':
      return `a whole number from ${option.min} to ${option.max}`
    case 'choice':
      return `one of ${option.values.map((value) => `\`${value}\``).join(', ')}`
  }
}

function shownDefault(option: Option): string {
  return option.shownDefault ?? `\`${option.default}\``
}

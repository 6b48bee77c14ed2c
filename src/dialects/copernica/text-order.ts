/**
 * Patterns of RE2 that tell which of two texts comes first, in small letters and by code point.
 * Each stands for one place at which they may part: all before it is the same in any case.
 */
export function patternsBeyond(text: string, more: boolean): string[] {
  const letters = [...text]
  const patterns = letters.flatMap((letter, at) => {
    const others = classBeyond(letter, more)
    return others === '' ? [] : [`(?s)^(?i:${quoted(letters.slice(0, at))})[${others}]`]
  })
  if (more) return [...patterns, `(?s)^(?i:${quoted(letters)}).`]
  const shorter = letters.map((_, at) => `(?s)^(?i:${quoted(letters.slice(0, at))})$`)
  return [...patterns, ...shorter]
}

function quoted(letters: readonly string[]): string {
  return letters.join('').replaceAll(/[!-/:-@[-`{-~]/g, '\\$&')
}

const [capitalA, capitalZ, smallA, smallZ] = [0x41, 0x5a, 0x61, 0x7a] as const
const toCapital = smallA - capitalA
const last = 0x10_ff_ff

/** The characters that are greater, or less, than this one; capitals count as small letters. */
function classBeyond(letter: string, more: boolean): string {
  const small = letter.toLowerCase()
  const code = ([...small].length === 1 ? small : letter).codePointAt(0) ?? 0
  const isLetter = code >= smallA && code <= smallZ
  const capitals = isLetter ? code - toCapital : code < smallA ? capitalA - 1 : capitalZ + 1
  if (more) {
    const from = Math.max(code + 1, 0)
    const beyond =
      from <= capitalA
        ? [range(from, capitalA - 1), range(capitalZ + 1, last)]
        : [range(from, last)]
    return [...beyond, range(capitals + 1, capitalZ)].join('')
  }
  const below =
    code - 1 < capitalA
      ? [range(0, code - 1)]
      : [range(0, capitalA - 1), range(capitalZ + 1, code - 1)]
  return [...below, range(capitalA, Math.min(capitals - 1, capitalZ))].join('')
}

function range(from: number, to: number): string {
  return from > to ? '' : `${point(from)}-${point(to)}`
}

function point(code: number): string {
  return `\\x{${code.toString(16)}}`
}

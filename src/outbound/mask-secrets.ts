const mask = '***'

/** Replaces secrets in text that is kept or shown. */
export type Mask = (text: string) => string

/**
 * Takes secrets out of text wherever they stand, as they are or as JSON and URLs write them. Of
 * `Bearer abc` the `abc` is taken out alone too, and of `whsec_abc` likewise. `spelled` are those
 * of other secrets.
 */
export function maskSecrets(secrets: readonly string[], spelled: readonly string[] = []): Mask {
  // The longest first, so that no rest of one is left over.
  const ordered = [...spelled, ...spellingsOf(secrets)].sort((a, b) => b.length - a.length)
  return (text) => ordered.reduce((masked, secret) => masked.replaceAll(secret, mask), text)
}

/** Every way in which secrets are looked for. */
export function spellingsOf(secrets: readonly string[]): string[] {
  const spellings = new Set(
    secrets.flatMap((secret) => {
      const bare = secret.replace(/^(whsec_|[A-Za-z]+ +)/, '')
      return [secret, bare].flatMap((text) => [
        text,
        JSON.stringify(text).slice(1, -1),
        encodeURIComponent(text),
      ])
    }),
  )
  spellings.delete('')
  return [...spellings]
}

/** Headers for the record: those that hold secrets by their nature are masked whole. */
export function maskHeaders(
  headers: { readonly [name: string]: string },
  hidden: ReadonlySet<string>,
  maskText: Mask,
): { [name: string]: string } {
  const masked = Object.entries(headers).map(([name, value]) => {
    return [name, hidden.has(name) ? mask : maskText(value)] as const
  })
  return Object.fromEntries(masked)
}

/** Shorter values are no secrets, and would be taken out of every text. */
const querySecretLengthMin = 8

/** Values in the query of an address: there, many receivers look for what proves who calls. */
export function querySecrets(url: string): string[] {
  const values = [...(URL.parse(url)?.searchParams.values() ?? [])]
  return values.filter((value) => value.length >= querySecretLengthMin)
}

/** An address as it may be shown. */
export function shownUrl(url: string): string {
  return maskSecrets(querySecrets(url))(url)
}

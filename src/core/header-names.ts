/** Headers that say where a message ends or whom it is for: for nobody to choose. */
export const connectionHeaders = [
  ...['connection', 'content-length', 'expect', 'host', 'keep-alive', 'proxy-authorization'],
  ...['proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
] as const

/** Headers of every call of a webhook: they name it and sign it. */
export const signatureHeaders = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const

/** A pattern for JSON Schema: a header name (RFC 9110, 5.6.2) that in any case is none of these. */
export function headerNamePattern(except: readonly string[]): string {
  return `^(?!${except.map(inAnyCase).join('$|')}$)[A-Za-z0-9!#$%&'*+.^_\`|~-]+$`
}

/** JSON Schema's patterns know no flags. */
function inAnyCase(name: string): string {
  return name.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`)
}

/**
 * Reads the fields of `multipart/form-data` (RFC 7578), which `curl -F` and PHP's arrays make.
 *
 * @throws Error with a public message when the text is not what the boundary promises, or holds a
 *   file.
 */
export function parseMultipart(text: string, contentType: string): [name: string, value: string][] {
  const found = /;\s*boundary=(?:"([^"]{1,70})"|([^\s";]{1,70}))/i.exec(contentType)
  const boundary = found?.[1] ?? found?.[2]
  if (boundary === undefined) throw new Error('The content type names no boundary.')
  const [before, ...parts] = `\r\n${text}`.split(`\r\n--${boundary}`)
  const end = parts.pop()
  if (before === undefined || end === undefined || !/^--\s*$/.test(end)) {
    throw new Error('The multipart body does not end with its boundary.')
  }
  return parts.map(readPart)
}

function readPart(part: string): [string, string] {
  const start = part.indexOf('\r\n\r\n')
  const head = part.slice(0, Math.max(start, 0))
  const name = /^content-disposition:\s*form-data\b[^\r\n]*?;\s*name="([^"\r\n]*)"/im.exec(
    head,
  )?.[1]
  if (name === undefined) throw new Error('A part of the multipart body has no name.')
  if (/^content-disposition:[^\r\n]*;\s*filename\*?=/im.test(head)) {
    throw new Error('Files cannot be sent here.')
  }
  return [name.replaceAll('%22', '"').replaceAll('%0D%0A', '\r\n'), part.slice(start + 4)]
}

import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { HttpConfig } from './http-config.ts'

/** The certificate and its key as PEM. */
export interface Certificate {
  cert: Buffer
  key: Buffer
}

/**
 * Reads the certificate that the options name; null where they name none.
 *
 * @throws Error naming the option whose file is missing, cannot be read or does not fit the other.
 */
export function readCertificate({ tlsCert, tlsKey }: HttpConfig): Certificate | null {
  if (tlsCert === null && tlsKey === null) return null
  if (tlsCert === null || tlsKey === null) {
    const missing = tlsCert === null ? 'ROSTER_TLS_CERT' : 'ROSTER_TLS_KEY'
    throw new Error(`${missing} is not set: a certificate and its key go together.`)
  }
  const certificate = {
    cert: read('ROSTER_TLS_CERT', tlsCert),
    key: read('ROSTER_TLS_KEY', tlsKey),
  }
  try {
    createSecureContext(certificate)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `ROSTER_TLS_CERT and ROSTER_TLS_KEY do not make a certificate (${reason}).`
    throw new Error(message, { cause })
  }
  return certificate
}

function read(option: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${option}: the file cannot be read (${reason}).`, { cause })
  }
}

import type pg from 'pg'
import type { Row } from '../rows.ts'

/**
 * Sees to it that all nodes of a database have one secret key: the first to come leaves its
 * fingerprint there, and the others compare theirs with it. A node with a key of its own would
 * refuse what the others sign.
 *
 * @throws Error that says what to do, for a key that is not the others'.
 */
export async function assertCommonKey(client: pg.ClientBase, fingerprint: string): Promise<void> {
  const { rows } = await client.query<Row>(keepFingerprint, [fingerprint])
  const common = rows[0]?.key_fingerprint
  if (common === fingerprint) return
  throw new Error(
    `The nodes of this database have a secret key with the fingerprint ${common}, this one's is ` +
      `${fingerprint}. Give every node the same ROSTER_SECRET_KEY; one that started without has ` +
      'made its own, in secret.key in its data folder.',
  )
}

/** Written by whoever is first; everybody reads what that was. */
const keepFingerprint = `
  UPDATE state SET key_fingerprint = coalesce(key_fingerprint, $1) WHERE one = 1
  RETURNING key_fingerprint`

import type pg from 'pg'
import type { Row } from '../rows.ts'

/**
 * Sees to it that all nodes of a database have one secret key: the first to come leaves its
 * fingerprint there, and the others compare theirs with it. A node with a key of its own would
 * refuse what the others sign. One that comes with a new key and knows the common one as a former
 * key puts its own in the place of it.
 *
 * @throws Error that says what to do, for a key that is not the others'.
 */
export async function assertCommonKey(
  client: pg.ClientBase,
  [fingerprint = '', ...former]: readonly string[],
): Promise<void> {
  const { rows } = await client.query<Row>(keepFingerprint, [fingerprint, former])
  const common = rows[0]?.key_fingerprint
  if (common === fingerprint) return
  throw new Error(
    `The nodes of this database have a secret key with the fingerprint ${common}, this one's is ` +
      `${fingerprint}. Give every node the same ROSTER_SECRET_KEY; one that started without has ` +
      'made its own, in secret.key in its data folder. To replace the key, give the one before as ' +
      'ROSTER_SECRET_KEY_PREVIOUS.',
  )
}

/** Written by whoever is first; everybody reads what that was. */
const keepFingerprint = `
  UPDATE state SET key_fingerprint =
    CASE WHEN key_fingerprint = ANY ($2::text[]) THEN $1 ELSE coalesce(key_fingerprint, $1) END
  WHERE one = 1
  RETURNING key_fingerprint`

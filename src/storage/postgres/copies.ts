import { Fault } from '../../core/errors.ts'

/** @throws Fault `conflict`, always: PostgreSQL has tools of its own for copies. */
export async function refuseBackup(): Promise<never> {
  throw new Fault('conflict', {
    message:
      'The store is in PostgreSQL, which takes copies itself while it is in use: pg_dump for one ' +
      'database, pg_basebackup for the whole server. See docs/operating.md.',
  })
}

/** @throws Fault `conflict`, always. */
export async function refuseRestore(): Promise<never> {
  throw new Fault('conflict', {
    message:
      'The store is in PostgreSQL, which restores itself: pg_restore or psql for what pg_dump ' +
      'wrote. Stop every node before. See docs/operating.md.',
  })
}

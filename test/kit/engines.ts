import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { newDatabase } from './postgres.ts'

/** Where an empty store of an engine goes; `env` is what tells the program. */
export interface Place {
  url: string
  env: { [option: string]: string }
  remove(): Promise<void>
}

/** A kind of store that Roster runs on; everything it promises holds on each of them. */
export interface Engine {
  name: 'sqlite' | 'postgres'
  /** A place of a test's own; `folder` is the data folder that goes with it. */
  newPlace(folder: string): Promise<Place>
}

export const sqlite: Engine = {
  name: 'sqlite',
  newPlace: async (folder) => ({
    url: `sqlite://${pathToFileURL(join(folder, 'roster.db')).pathname}`,
    env: {},
    remove: async () => {},
  }),
}

export const postgres: Engine = {
  name: 'postgres',
  newPlace: async () => {
    const { url, remove } = await newDatabase()
    return { url, env: { ROSTER_DATABASE_URL: url }, remove }
  },
}

/** All of them, unless one is named. */
export const engines: readonly Engine[] = named(process.env.ROSTER_TEST_ENGINE)

function named(name: string | undefined): Engine[] {
  const found = [sqlite, postgres].filter((each) => name === undefined || each.name === name)
  if (found.length === 0) throw new Error(`ROSTER_TEST_ENGINE: there is no engine "${name}".`)
  return found
}

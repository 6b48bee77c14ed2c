import type { JsonObject } from '../../core/json.ts'
import { apiCommand } from '../api-command.ts'

const none = { min: 0, max: 0 }

export const attributesList = apiCommand({
  name: 'attributes list',
  summary: 'List the attributes that are stored, and what their values are like.',
  usage: '',
  operation: 'listAttributes',
  positionals: none,
  show: [
    ['NAME', ({ name }) => name],
    ['TYPES', ({ types }) => Object.keys(types as JsonObject).join(',')],
    ['FILLED', (each) => `${Math.round(Number(each.fill_rate) * 100)} %`],
    ['FIRST', (each) => each.first_seen],
    ['LAST', (each) => each.last_seen],
    ['SOURCES', ({ sources }) => (sources as string[]).join(',')],
  ],
})

export const auditList = apiCommand({
  name: 'audit list',
  summary: 'List what operators changed, newest first.',
  usage: '',
  operation: 'listAudit',
  positionals: none,
  show: [
    ['ID', ({ id }) => id],
    ['AT', ({ at }) => at],
    ['BY', ({ by }) => `${(by as JsonObject).via} ${(by as JsonObject).name}`],
    ['ACTION', ({ action }) => action],
    ['TARGET', ({ target }) => target],
  ],
})

export const companiesList = apiCommand({
  name: 'companies list',
  summary: 'List companies.',
  usage: '',
  operation: 'listCompanies',
  positionals: none,
  show: [
    ['ID', ({ id }) => id],
    ['CUSTOM ID', (company) => company.custom_id],
    ['NAME', ({ name }) => name],
  ],
})

const counts = [
  ['AT', ({ at }: JsonObject) => at],
  ['NAME', ({ name }: JsonObject) => name],
  ['COUNT', ({ count }: JsonObject) => count],
] as const

export const statisticsEvents = apiCommand({
  name: 'statistics events',
  summary: 'Count the events of a stretch of time; the last day where none is named.',
  usage: '',
  operation: 'countEvents',
  positionals: none,
  show: counts,
})

export const statisticsDeliveries = apiCommand({
  name: 'statistics deliveries',
  summary: 'Count the deliveries that were planned in a stretch of time.',
  usage: '',
  operation: 'countPlannedDeliveries',
  positionals: none,
  show: counts,
})

import { isObject, type JsonObject, type JsonValue } from '../../src/core/json.ts'

/*
 * The parts of the typed client that follow from the API's document: a table of its calls, and
 * their types.
 */

const head = '// Made of docs/api/native.json by test/kit/generate-client.ts; not to be edited.\n'

interface Call {
  name: string
  method: string
  path: string
  operation: JsonObject
}

/** The table of calls: method, path, names of parameters, and whether it takes a key. */
export function generateCalls(document: JsonObject): string {
  const rows = callsOf(document).map(({ name, method, path, operation }) => {
    const inPath = parameters(operation, 'path').map((each) => `'${each.name}'`)
    const inQuery = parameters(operation, 'query').map((each) => `'${each.name}'`)
    const keyed = parameters(operation, 'header').some((each) => each.name === 'Idempotency-Key')
    return [
      `  ${name}: {`,
      `    method: '${method}',`,
      `    path: '${path}',`,
      `    inPath: [${inPath.join(', ')}],`,
      `    inQuery: [${inQuery.join(', ')}],`,
      `    keyed: ${keyed},`,
      '  },',
    ].join('\n')
  })
  return `${head}\nexport const calls = {\n${rows.join('\n')}\n}\n`
}

/** A type for each named shape, and for each call what it is given and what it answers. */
export function generateTypes(document: JsonObject): string {
  const schemas = (document.components as JsonObject).schemas as JsonObject
  const shapes = Object.entries(schemas).map(([name, schema]) => {
    return `${comment(schema, '')}export type ${name} = ${typeOf(schema, '')}\n`
  })
  const calls = callsOf(document).map((call) => {
    const { name, operation } = call
    return `  /** ${String(operation.summary)}. */\n  ${name}: {\n    given: ${givenOf(call)}\n    answer: ${answerOf(operation)}\n  }`
  })
  const all = `export interface Calls {\n${calls.join('\n')}\n}\n`
  return `${head}\n${shapes.join('\n')}\n${all}`
}

function callsOf(document: JsonObject): Call[] {
  return Object.entries(document.paths as { [path: string]: JsonObject }).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        const of = operation as JsonObject
        return { name: String(of.operationId), method: method.toUpperCase(), path, operation: of }
      }),
  )
}

function parameters(operation: JsonObject, where: string): JsonObject[] {
  return ((operation.parameters ?? []) as JsonObject[]).filter((each) => each.in === where)
}

function givenOf({ operation }: Call): string {
  const named = [...parameters(operation, 'path'), ...parameters(operation, 'query')]
  const lines = named.map((each) => {
    const mark = each.required === true ? '' : '?'
    return `${comment(each.schema, '      ')}      ${each.name}${mark}: ${typeOf(each.schema, '      ')}`
  })
  const body = content(operation.requestBody)
  if (body) lines.push(`      body: ${typeOf(body, '      ')}`)
  for (const header of parameters(operation, 'header')) {
    const key = { 'Idempotency-Key': 'idempotencyKey', 'If-Match': 'ifMatch' }[String(header.name)]
    if (key) lines.push(`      /** ${String(header.description)} */\n      ${key}?: string`)
  }
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n    }`
}

function answerOf(operation: JsonObject): string {
  const answers = Object.entries(operation.responses as { [status: string]: JsonObject })
  const good = answers.filter(([status]) => status.startsWith('2'))
  const types = good.map(([, answer]) => {
    const schema = content(answer)
    return schema ? typeOf(schema, '    ') : 'undefined'
  })
  return [...new Set(types)].join(' | ')
}

function content(of: JsonValue | undefined): JsonValue | undefined {
  const all = isObject(of) ? of.content : undefined
  const first = isObject(all) ? all['application/json'] : undefined
  return isObject(first) ? first.schema : undefined
}

function comment(schema: JsonValue | undefined, indent: string): string {
  const text = isObject(schema) ? schema.description : undefined
  return typeof text === 'string' ? `${indent}/** ${text} */\n` : ''
}

function typeOf(schema: JsonValue | undefined, indent: string): string {
  if (!isObject(schema)) return 'unknown'
  if (typeof schema.$ref === 'string') return schema.$ref.split('/').at(-1) ?? 'unknown'
  if (Array.isArray(schema.anyOf)) {
    return [...new Set(schema.anyOf.map((each) => typeOf(each, indent)))].join(' | ')
  }
  if (Object.hasOwn(schema, 'const')) return JSON.stringify(schema.const).replaceAll('"', "'")
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return `Array<${typeOf(schema.items, indent)}>`
    case 'object':
      return objectType(schema, indent)
    default:
      return 'unknown'
  }
}

function objectType(schema: JsonObject, indent: string): string {
  const patterns = isObject(schema.patternProperties) ? schema.patternProperties : {}
  const [value] = Object.values(patterns)
  if (value !== undefined) return `{ [name: string]: ${typeOf(value, indent)} }`
  const required = (schema.required ?? []) as string[]
  const deeper = `${indent}  `
  const lines = Object.entries((schema.properties ?? {}) as JsonObject).map(([name, property]) => {
    const mark = required.includes(name) ? '' : '?'
    return `${comment(property, deeper)}${deeper}${name}${mark}: ${typeOf(property, deeper)}`
  })
  return lines.length === 0 ? '{ [name: string]: unknown }' : `{\n${lines.join('\n')}\n${indent}}`
}

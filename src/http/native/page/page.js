/*
 * Shows the OpenAPI document and sends its calls. Everything is put together as elements and text,
 * never as markup, so nothing in the document can become code.
 */

const byId = (id) => document.getElementById(id)

start().catch((error) => {
  byId('calls').textContent = `The document could not be read: ${error.message}`
})

async function start() {
  const answer = await fetch('/api/v1/openapi.json')
  const api = await answer.json()
  byId('about').textContent = api.info.description
  const calls = byId('calls')
  calls.replaceChildren()
  for (const { name } of api.tags) {
    byId('nav').append(make('h2', {}, name))
    calls.append(make('h2', {}, name))
    for (const call of callsOf(api, name)) {
      const { operationId, summary } = call.operation
      byId('nav').append(make('a', { href: `#${operationId}` }, summary))
      calls.append(article(api, call))
    }
  }
  if (location.hash) byId(location.hash.slice(1))?.scrollIntoView()
}

function* callsOf(api, tag) {
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.tags.includes(tag)) yield { path, method: method.toUpperCase(), operation }
    }
  }
}

function article(api, call) {
  const { operation, path, method } = call
  const [scope] = operation.security[0].token
  const out = make('pre', { hidden: '', 'aria-live': 'polite' })
  const fields = (operation.parameters ?? []).map((parameter) => field(parameter))
  const schema = operation.requestBody?.content['application/json'].schema
  const body = schema
    ? make('textarea', { rows: 8, 'aria-label': 'Body', spellcheck: 'false' })
    : null
  if (body) body.value = JSON.stringify(sample(api, schema, 0), null, 2)
  const button = make('button', { type: 'button' }, 'Send')
  button.addEventListener('click', () => send(call, fields, body, out))
  return make(
    'article',
    { id: operation.operationId },
    make('h3', {}, operation.summary),
    make('p', {}, make('span', { class: 'method' }, method), make('code', {}, path)),
    operation.description ? make('p', {}, operation.description) : '',
    make('p', { class: 'dim' }, `Scope ${scope}`),
    fields.length > 0 ? make('table', {}, ...fields.map(({ row }) => row)) : '',
    schema ? details('Shape of the body', shape(api, schema, 0)) : '',
    body ?? '',
    button,
    out,
    details('Answers', answers(api, operation)),
  )
}

function field(parameter) {
  const { name, schema, description } = parameter
  const input = make('input', { 'aria-label': name, spellcheck: 'false' })
  const about = description ?? schema?.description ?? ''
  const label = parameter.required ? `${name} *` : name
  const row = make(
    'tr',
    {},
    make('td', {}, make('code', {}, label), ' ', make('span', { class: 'dim' }, parameter.in)),
    make('td', {}, input),
    make('td', { class: 'dim' }, about),
  )
  return { parameter, input, row }
}

async function send({ path, method }, fields, body, out) {
  let address = path
  const query = new URLSearchParams()
  const headers = { authorization: `Bearer ${byId('token').value.trim()}` }
  for (const { parameter, input } of fields) {
    const { name } = parameter
    if (parameter.in === 'path') {
      address = address.replace(`{${name}}`, encodeURIComponent(input.value))
    } else if (input.value !== '' && parameter.in === 'query') query.set(name, input.value)
    else if (input.value !== '') headers[name] = input.value
  }
  if (query.size > 0) address += `?${query}`
  if (body) headers['content-type'] = 'application/json'
  out.hidden = false
  out.textContent = `${method} ${address} …`
  try {
    const answer = await fetch(address, { method, headers, ...(body ? { body: body.value } : {}) })
    const head = `${answer.status} ${answer.statusText}\n`
    if (answer.headers.get('content-type') === 'text/event-stream') return follow(answer, head, out)
    const text = await answer.text()
    out.textContent = head + pretty(text)
  } catch (error) {
    out.textContent = `Not sent: ${error.message}`
  }
}

/** Shows the latest of a stream until the page goes elsewhere. */
async function follow(answer, head, out) {
  let shown = head
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    shown = (shown + chunk).slice(-20_000)
    out.textContent = shown
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function answers(api, { responses }) {
  const rows = Object.entries(responses).map(([status, { description, content }]) => {
    const schema = Object.values(content ?? {})[0]?.schema
    const isProblem = schema?.$ref?.endsWith('/Problem')
    return make(
      'tr',
      {},
      make('td', {}, make('code', {}, status)),
      make('td', {}, description, schema && !isProblem ? shape(api, schema, 0) : ''),
    )
  })
  return make('table', {}, ...rows)
}

/** A schema in words, nested as the values are. */
function shape(api, schema, depth) {
  return make('pre', {}, describe(api, schema, depth, 0))
}

function describe(api, given, depth, indent) {
  const schema = resolve(api, given)
  const pad = '  '.repeat(indent + 1)
  if (depth > 5) return '…'
  if (schema.anyOf) {
    return schema.anyOf.map((each) => describe(api, each, depth + 1, indent)).join(' | ')
  }
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.type === 'array') return `[ ${describe(api, schema.items, depth + 1, indent)} ]`
  if (schema.type === 'object' && schema.properties) {
    const required = schema.required ?? []
    const lines = Object.entries(schema.properties).map(([name, property]) => {
      const mark = required.includes(name) ? '' : '?'
      const about = resolve(api, property).description
      const note = about ? `   // ${about}` : ''
      return `${pad}${name}${mark}: ${describe(api, property, depth + 1, indent + 1)}${note}`
    })
    return `{\n${lines.join('\n')}\n${'  '.repeat(indent)}}`
  }
  return schema.type ?? 'any'
}

/** A body to begin with: what is required, and what is told by an example. */
function sample(api, given, depth) {
  const schema = resolve(api, given)
  if (schema.examples) return schema.examples[0]
  if (schema.anyOf) return sample(api, schema.anyOf[0], depth)
  if ('const' in schema) return schema.const
  if (depth > 3) return {}
  if (schema.type === 'array') return [sample(api, schema.items, depth + 1)]
  if (schema.type === 'object' && schema.properties) {
    const wanted = Object.entries(schema.properties).filter(([name]) =>
      (schema.required ?? []).includes(name),
    )
    return Object.fromEntries(
      wanted.map(([name, property]) => [name, sample(api, property, depth + 1)]),
    )
  }
  return { string: '', integer: 1, number: 1, boolean: true, object: {} }[schema.type] ?? null
}

function resolve(api, schema) {
  if (!schema?.$ref) return schema ?? {}
  return api.components.schemas[schema.$ref.split('/').at(-1)] ?? {}
}

function details(title, content) {
  return make('details', {}, make('summary', {}, title), content)
}

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...children.filter((child) => child !== ''))
  return element
}

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Rule } from '../../src/client/client.js'
import { buildConsole } from '../../src/console-build.ts'
import { axeFaults } from '../kit/axe.ts'
import { startBrowser } from '../kit/browser.ts'
import { engines } from '../kit/engines.ts'
import { until } from '../kit/follow-up-site.ts'
import { type Receiver, receiver } from '../kit/receiver.ts'
import { type RunningRoster, startRoster } from '../kit/start-roster.ts'
import { tempFolder } from '../kit/temp-folder.ts'

/** The first call that is shown for each dialect. */
const sampleOf: { [dialect: string]: RegExp } = {
  copernica: /^Copernica: POST/,
  usercom: /^Update or create a user/,
  channeltalk: /^Channel Talk: PATCH/,
  native: /^Write a profile/,
}

/** How what has the focus is called, and how its focus is seen. */
const focusWords = `(() => {
  const focused = document.activeElement
  const { outlineStyle, outlineWidth } = getComputedStyle(focused)
  const named = focused.getAttribute('aria-label') || focused.labels?.[0]?.innerText
  return [named || focused.innerText || '', outlineStyle + ' ' + outlineWidth]
})()`

const inBraces = (call: string) => `{\n${call}\n}`

/** Would run, did a page take it for more than text. */
const hostile = '<img src=x onerror="globalThis.hit=1">'

describe('the console', () => {
  let roster: RunningRoster
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let token: string
  let vendorToken: string
  let shop: Receiver
  let isShopBroken = true
  /** What the browser complained of: scripts that failed, and all that the policy stopped. */
  const complaints: string[] = []

  before(async () => {
    await buildConsole()
    roster = await startRoster(engines[0] as (typeof engines)[number])
    const { tokens } = await roster.newWorkspace()
    token = tokens.native?.token as string
    vendorToken = tokens.usercom?.token as string
    shop = await receiver(({ path }, response) => {
      response.setHeader('x-said', hostile)
      response.statusCode = isShopBroken || path.includes('/bad') ? 500 : 200
      response.end(hostile)
    })
    browser = await startBrowser()
    context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en',
      reducedMotion: 'reduce',
    })
    page = await context.newPage()
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (/Content Security Policy|Uncaught/.test(message.text())) complaints.push(message.text())
    })
  })
  after(async () => {
    await browser?.close()
    await roster?.close()
    shop?.[Symbol.dispose]()
  })

  async function send(method: string, path: string, body?: unknown) {
    const answer = await fetch(`${roster.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body) ?? null,
    })
    const text = await answer.text()
    assert.ok(answer.ok, text)
    return JSON.parse(text || '{}')
  }

  /** So that no page has to be watched until it asks anew. */
  async function untilDeliveries(destination: string, state: string, count: number) {
    await until(`${count} of ${destination} are ${state}`, async () => {
      const path = `/deliveries?destination=${destination}&state=${state}`
      return (await send('GET', path)).data.length === count
    })
  }

  /** To another page of the console, without loading it anew. */
  async function visit(place: string) {
    await page.evaluate(`history.pushState(null, '', '/console/${place}')`)
  }

  test('a token signs in, into a cookie that scripts cannot read', async () => {
    await page.goto(`${roster.url}/console/people`)
    await page.getByLabel(/^Token/).fill(`${token.slice(0, -1)}x`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel(/^Token/).fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'People' }).waitFor()
    const [cookie] = await context.cookies()
    assert.equal(cookie?.httpOnly, true)
    assert.equal(cookie?.sameSite, 'Strict')
    assert.ok(!(await page.content()).includes(token))
    await page.reload()
    await page.getByRole('heading', { name: 'People' }).waitFor()
  })
  test('a person is found, shown with where everything came from, and changed', async () => {
    await send('PUT', '/profiles/by/user_id/u1', {
      set: { email: 'ann@example.org', first_name: 'Ann' },
    })
    await page.getByRole('searchbox', { name: 'Search' }).fill('ann@')
    await page.getByRole('link', { name: 'Ann' }).click()
    await page.getByRole('heading', { name: 'Ann' }).waitFor()
    await page
      .getByRole('row', { name: / email / })
      .getByRole('link', { name: /^event/ })
      .waitFor()
    assert.equal(await page.getByText('written again').count(), 0)
    await page.getByRole('button', { name: 'Edit first_name' }).click()
    await page.getByLabel('Value').fill('Anna')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Anna' }).waitFor()
    await page.getByRole('link', { name: 'profile.updated' }).waitFor()
    await send('PUT', '/profiles/by/user_id/u1', { set: { email: 'ann@example.org', n: 1 } })
    await page.reload()
    await page.getByText(/written again/).waitFor()
    assert.match(await page.title(), /^Anna/)
  })

  test('two people are made one after a preview, and two again', async () => {
    await send('PUT', '/profiles/by/user_id/u1', { set: { city: 'Utrecht' } })
    await send('PUT', '/profiles/by/email/other@example.org', {
      set: { first_name: 'Annie', city: 'Gent', phone: '+31612345678' },
    })
    await page.getByRole('button', { name: 'Merge' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('searchbox').fill('other@')
    await dialog.getByRole('radio', { name: /^Annie/ }).check()
    await dialog.getByText('profile.merged').waitFor()
    await dialog.getByText('Gent').waitFor()
    const force = dialog.getByRole('checkbox', { name: 'Merge all the same' })
    if (await force.isVisible()) await force.check()
    await dialog.getByRole('button', { name: 'Merge' }).click()
    await page.getByRole('row', { name: / phone / }).waitFor()
    await page.getByRole('button', { name: 'Undo this merge' }).click()
    await dialog.getByRole('button', { name: 'Undo this merge' }).click()
    await page.getByRole('row', { name: / phone / }).waitFor({ state: 'detached' })
  })

  test('what was decided, what waits and what was sent stand in the timeline', async () => {
    await send('PUT', '/destinations/crm', {
      type: 'webhook',
      url: 'http://127.0.0.1:9/',
      allow_private: true,
      retry: { attempts: 1 },
    })
    const sends = { action: 'webhook', with: { destination: 'crm' } }
    const rule = { name: 'thank', on: ['order.paid'], steps: [sends, { wait: 'P3D' }, sends] }
    const { data } = await send('GET', '/rules')
    await send('PUT', '/rules', { rules: [...data.map((one: Rule) => one.definition), rule] })
    await send('POST', '/events', { type: 'order.paid', identifiers: { user_id: 'u1' } })
    await untilDeliveries('crm', 'dead', 1)
    const timeline = page.getByRole('region', { name: 'Timeline' })
    await page.reload()
    await timeline.getByRole('link', { name: 'order.paid' }).waitFor()
    await timeline.getByRole('link', { name: /^Delivery \d/ }).waitFor()
    await timeline.getByText('dead', { exact: true }).waitFor()
    await timeline.getByText('waiting', { exact: true }).waitFor()
    // The death of the delivery is an event too, about which the rules decided something else.
    await timeline
      .getByRole('listitem')
      .filter({ has: page.getByRole('link', { name: 'order.paid' }) })
      .getByRole('button', { name: /What the rules decided/ })
      .click()
    await timeline.getByText('sends to crm').waitFor()
    await timeline.getByRole('button', { name: 'Cancel this run' }).click()
    await timeline.getByText('cancelled', { exact: true }).waitFor()
  })

  test('a person is erased once their number was typed, and a receipt is shown', async () => {
    await send('PUT', '/profiles/by/user_id/u2', { set: { first_name: 'Zed' } })
    await visit('people')
    await page.getByRole('searchbox', { name: 'Search' }).fill('Zed')
    await page.getByRole('link', { name: 'Zed' }).click()
    await page.getByRole('button', { name: 'Erase' }).click()
    const dialog = page.getByRole('dialog')
    const erase = dialog.getByRole('button', { name: 'Erase' })
    const number = /(\d+)/.exec(await dialog.getByText(/^Type \d+ to confirm/).innerText())?.[1]
    await dialog.getByRole('textbox').fill(`${number}0`)
    assert.equal(await erase.isDisabled(), true)
    await dialog.getByRole('textbox').fill(`${number}`)
    assert.deepEqual(await axeFaults(page), [])
    await erase.click()
    await dialog.getByRole('status').getByText('1 events').waitFor()
    await dialog.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByRole('searchbox', { name: 'Search' }).fill('Zed')
    await page.getByText(/^Nobody/).waitFor()
  })

  test('events appear as they come; a pause loses none', async () => {
    await visit('events')
    await page.getByText('Live', { exact: true }).waitFor()
    const event = (type: string) =>
      send('POST', '/events', { type, identifiers: { user_id: 'u1' } })
    await event('shop.first')
    await page.getByRole('link', { name: 'shop.first' }).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Paused').waitFor()
    await event('shop.second')
    await event('shop.third')
    assert.equal(await page.getByRole('link', { name: 'shop.second' }).count(), 0)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('link', { name: 'shop.third' }).waitFor()
    const shown = await page.getByRole('link', { name: /^shop\./ }).allInnerTexts()
    assert.deepEqual(shown, ['shop.third', 'shop.second', 'shop.first'])
    // More than can be read: the list says what left it.
    const many = Array.from({ length: 250 }, () => ({ type: 'shop.many' }))
    await send('POST', '/events', { events: many })
    await page.getByText(/^The list keeps the newest 200. .* left it: \d+/).waitFor()
    assert.equal(await page.locator('main ol > li').count(), 200)
    await page.getByLabel('Type').fill('shop.second')
    await page.getByRole('link', { name: 'shop.many' }).first().waitFor({ state: 'detached' })
  })

  test('where there are too many new names to look through, the page says so', async () => {
    const isByName = /\/profiles\?(.*&)?name=/
    await page.route(isByName, (route) =>
      route.fulfill({
        ...{ status: 422, contentType: 'application/problem+json' },
        body: JSON.stringify({ code: 'query_timeout', detail: 'No index knows: name.' }),
      }),
    )
    await visit('people')
    await page.getByRole('searchbox', { name: 'Search' }).fill('ann')
    await page.getByText('Names were not looked through').waitFor()
    // By e-mail address, which an index knows.
    await page.getByRole('link', { name: 'Anna' }).waitFor()
    await page.unroute(isByName)
  })

  test('a rule is one thing as a form and as YAML', async () => {
    await visit('rules/remove-people')
    await page.getByLabel(/^Name/).waitFor()
    await page.getByText('YAML', { exact: true }).click()
    const yaml = page.getByLabel('The rule as YAML')
    const text = await yaml.inputValue()
    await yaml.fill(`${text}when: { profile: plan, is: gold }\n`)
    await page.getByText('Form', { exact: true }).click()
    assert.equal(await page.getByRole('textbox', { name: 'Value' }).inputValue(), 'gold')
    await page.getByRole('textbox', { name: 'Value' }).fill('silver')
    await page.getByText('YAML', { exact: true }).click()
    assert.match(await yaml.inputValue(), /is: silver/)
    const found = "{ action: find-record, with: { collection: Orders, match: { Number: '7' } } }"
    const steps = `[${found}, { check: { record: Number, is: '7' } }]`
    await yaml.fill(`name: remove-people\non: [user.remove]\nsteps: ${steps}\n`)
    await page.getByText('Form', { exact: true }).click()
    assert.equal(await page.getByLabel(/^collection/).inputValue(), 'Orders')
    const about = page.getByRole('combobox', { name: 'What', exact: true })
    assert.equal(await about.last().inputValue(), 'the record has')
    await page.getByText('YAML', { exact: true }).click()
    assert.match(await yaml.inputValue(), /record: Number/)
    await page.getByText(/^Comments are not kept/).waitFor()
    await yaml.fill('name: [')
    await page.getByRole('alert').waitFor()
    await yaml.fill('name: remove-people\non: [user.remove]\nsteps: [{ action: nothing }]\n')
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page
      .getByRole('dialog')
      .getByText(/nothing/)
      .first()
      .waitFor()
    assert.equal(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled(), true)
  })

  test('conditions within conditions are made by picking, and read as words in the flow', async () => {
    await visit('rules/thank')
    const pick = async (field: string, option: string, place = 0) => {
      await page.getByRole('combobox', { name: field, exact: true }).nth(place).click()
      await page.getByRole('option', { name: option, exact: true }).click()
    }
    await pick('When', 'none of these holds')
    await page.getByRole('button', { name: 'Add a group', exact: true }).click()
    const group = page.getByRole('group', { name: 'Group 2' })
    await group.getByRole('combobox', { name: 'What', exact: true }).click()
    await page.getByRole('option', { name: 'it changed' }).click()
    await group.getByRole('combobox', { name: 'Name', exact: true }).fill('plan')
    await group.getByRole('combobox', { name: 'What it became' }).click()
    await page.getByRole('option', { name: 'is one of' }).click()
    await group.getByRole('combobox', { name: 'Value' }).fill('gold')
    await group.getByRole('combobox', { name: 'Value' }).press('Enter')
    await page.getByRole('combobox', { name: 'Name', exact: true }).first().fill('city')
    const flow = page.getByRole('list', { name: 'The flow of the rule' })
    await flow.getByText('it changed plan became: is one of').waitFor()
    await page.getByText('YAML', { exact: true }).click()
    const text = await page.getByLabel('The rule as YAML').inputValue()
    const when = [
      '  not:',
      '    any:',
      '      - profile: city',
      '        is: ""',
      '      - any:',
      '          - changed: plan',
      '            to:',
      '              one_of:',
      '                - gold',
    ]
    assert.ok(text.includes(when.join('\n')), text)
    await page.getByText('Form', { exact: true }).click()
    await page.getByRole('group', { name: 'Group 2' }).waitFor()
  })

  test('a template completes names, and shows what it comes to on an event', async () => {
    await visit('rules')
    await page.getByRole('link', { name: 'thank', exact: true }).click()
    const step = page.getByRole('group', { name: 'Step 1' })
    await step.getByText(/^On event \d+, order.paid, it comes to:/).waitFor()
    await step.getByRole('button', { name: 'Add a setting' }).click()
    await page.getByRole('menuitem', { name: /^body/ }).click()
    const body = step.getByRole('textbox', { name: 'body' })
    await body.fill('{"to": {{ profile.')
    await body.pressSequentially('em')
    await page.getByRole('option', { name: 'profile.email' }).waitFor()
    assert.deepEqual(await axeFaults(page), [])
    await body.press('ArrowDown')
    await body.press('Enter')
    assert.equal(await body.inputValue(), '{"to": {{ profile.email }}')
    // Text goes between quotes or through `json`: the server says so while one types.
    await body.fill('{"to": {{ profile.email }} }')
    await step.getByText(/What comes out is not JSON/).waitFor()
    await body.fill('{"to": {{ profile.email | json }} }')
    await step.getByText('{"to": "ann@example.org" }').waitFor()
    await page.getByText(/^It would react to event \d+, order.paid/).waitFor()
  })

  test('deliveries are resent by a filter and with another body; a destination is tried and stopped', async () => {
    await send('PUT', '/destinations/shop', {
      ...{ type: 'webhook', url: `${shop.url}/hooks`, allow_private: true },
      ...{ rate: '50/s', retry: { attempts: 1 } },
    })
    const rule = {
      name: 'tell-shop',
      on: ['shop.told'],
      steps: [{ action: 'webhook', with: { destination: 'shop' } }],
    }
    const { data } = await send('GET', '/rules')
    await send('PUT', '/rules', { rules: [...data.map((one: Rule) => one.definition), rule] })
    const event = { type: 'shop.told', identifiers: { user_id: 'u1' } }
    await send('POST', '/events', { events: [event, event, event] })
    await untilDeliveries('shop', 'dead', 3)
    await visit('deliveries?state=dead&destination=shop')
    const rows = page.getByRole('link', { name: /^Delivery \d/ })
    await rows.nth(2).waitFor()
    const place = (await rows.first().getAttribute('href'))?.replace('/console/', '') ?? ''
    isShopBroken = false
    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: 'Redeliver all of these' }).click()
    await dialog.getByText(/^3 deliveries are sent again/).waitFor()
    await dialog.getByRole('button', { name: 'Redeliver all of these' }).click()
    await page.getByText('No deliveries', { exact: true }).waitFor()
    await untilDeliveries('shop', 'delivered', 3)
    await visit(place)
    await page.getByText('delivered', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Edit and resend' }).click()
    await dialog.getByLabel('Body').fill('{"edited": true}')
    await dialog.getByRole('button', { name: 'Send' }).click()
    await until('it is sent', () => shop.calls.at(-1)?.body === '{"edited": true}')
    await visit('destinations')
    const card = page.getByRole('region', { name: 'shop' })
    await card.getByText(/^\d+ of 50\/s$/).waitFor()
    await card.getByRole('button', { name: 'Test call' }).click()
    await card.getByText(/^It works/).waitFor()
    await card.getByRole('button', { name: 'New secret' }).click()
    await dialog.getByRole('button', { name: 'New secret' }).click()
    await dialog.getByText(/^whsec_/).waitFor()
    await dialog.getByRole('button', { name: 'Close', exact: true }).click()
    await card.getByRole('button', { name: 'Pause' }).click()
    await card.getByText('paused', { exact: true }).waitFor()
    await send('POST', '/events', event)
    await visit('deliveries?state=pending&destination=shop')
    await page.getByRole('button', { name: 'Cancel all of these' }).click()
    await dialog.getByText(/^1 deliveries/).waitFor()
    await dialog.getByRole('button', { name: 'Cancel all of these' }).click()
    await page.getByText('No deliveries', { exact: true }).waitFor()
    await visit('destinations')
    await card.getByRole('button', { name: 'Resume' }).click()
    await card.getByText('active', { exact: true }).waitFor()
  })

  test('the home page charts what waits and what was given up on, and why', async () => {
    await roster.store.rollUpEvents(Date.now())
    await visit('')
    const charts = page.getByRole('region', { name: 'Deliveries by destination and state' })
    await charts.getByRole('link', { name: '1 dead' }).waitFor()
    await page
      .getByRole('region', { name: 'Errors by reason' })
      .getByRole('link', { name: '1 crm' })
      .waitFor()
    await page.getByRole('img', { name: /^Deliveries planned per minute/ }).waitFor()
    await page.getByRole('img', { name: /^Deliveries that ended per minute/ }).waitFor()
    await charts.getByRole('link', { name: /^[34] delivered/ }).waitFor()
    await charts.getByRole('link', { name: '1 cancelled' }).waitFor()
    await visit('rules')
    const row = page.getByRole('row', { name: /thank/ })
    await row.getByRole('link', { name: '1 thank' }).waitFor()
  })

  test('a rule that another changed in the meantime is not deleted unseen', async () => {
    await page.getByRole('link', { name: 'thank', exact: true }).click()
    await page.getByRole('button', { name: 'Delete' }).click()
    const { data } = await send('GET', '/rules')
    const definitions = data.map((one: Rule) => one.definition)
    const changed = definitions.map((one: Rule) =>
      one.name === 'thank' ? { ...one, per_minute: 9 } : one,
    )
    await send('PUT', '/rules', { rules: changed })
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await dialog.getByText(/^Somebody changed this rule/).waitFor()
    assert.equal((await send('GET', '/rules')).data.length, data.length)
    await page.reload()
    await page.getByRole('button', { name: /^Version 2/ }).click()
    const added = page.getByText('+ per_minute: 9')
    await added.waitFor()
    const background = await page.evaluate(
      "getComputedStyle(document.querySelector('.diff-added')).backgroundColor",
    )
    assert.notEqual(background, 'rgba(0, 0, 0, 0)')
  })

  test('the keyboard is enough: to sign in, find somebody, change them, and leave a dialog', async () => {
    await visit('new-rule')
    await page.getByLabel(/^Name/).fill('half-written')
    // As when the session runs out: what was filled in is still there.
    await context.clearCookies()
    await page.getByRole('button', { name: 'Review and save' }).click()
    const again = page.getByRole('dialog', { name: 'Your session has ended' })
    await again.getByLabel(/^Token/).waitFor()
    assert.deepEqual(await axeFaults(page), [])
    /** Goes on by Tab until this has the focus, which is to be seen. */
    const tabTo = async (name: string) => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press('Tab')
        const [label, outline] = (await page.evaluate(focusWords)) as [string, string]
        if (!label.startsWith(name)) continue
        assert.doesNotMatch(outline, /^none| 0px$/, `the focus on ${name} is not seen`)
        return
      }
      assert.fail(`${name} is not reached`)
    }
    const focused = () => page.evaluate("document.activeElement.getAttribute('aria-label')")
    await page.keyboard.press('Escape')
    await page.keyboard.type(token)
    await page.keyboard.press('Enter')
    await again.waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    assert.equal(await page.getByLabel(/^Name/).inputValue(), 'half-written')
    await visit('deliveries')
    await page.getByRole('heading', { name: 'Deliveries' }).waitFor()
    await tabTo('People')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'People' }).waitFor()
    await page.getByRole('searchbox', { name: 'Search' }).waitFor()
    await page.keyboard.type('anna')
    await tabTo('Anna')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Anna' }).waitFor()
    await tabTo('Edit first_name')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await until('the focus is back', async () => (await focused()) === 'Edit first_name')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await tabTo('Value')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('Annabel')
    await tabTo('Save')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Annabel' }).waitFor()
    await until('the focus is back', async () => (await focused()) === 'Edit first_name')
  })

  test('all that is stored is shown as text; pages are fit for a screen reader and a phone', async () => {
    const by = `/profiles/by/user_id/${encodeURIComponent(hostile)}`
    const { profile } = await send('PUT', by, {
      set: { email: `"${hostile}"@example.org`, [hostile]: hostile, first_name: hostile },
      tags: [hostile],
    })
    const vendor = async (path: string, body: unknown) => {
      const answer = await fetch(`${roster.url}/api/public${path}`, {
        method: 'POST',
        headers: { authorization: `Token ${vendorToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      assert.ok(answer.ok, await answer.clone().text())
      return (await answer.json()) as { id: number }
    }
    const company = await vendor('/companies/', { name: hostile, company_id: hostile })
    await vendor(`/companies/${company.id}/add_member/`, { user_id: profile.id })
    await send('POST', '/tokens', { dialect: 'native', label: hostile, scopes: [] })
    await send('PATCH', '/workspace/settings', { indexed_attributes: [hostile] })
    const url = `${shop.url}/bad?${hostile}`
    const odd = { type: 'webhook', url, allow_private: true, retry: { attempts: 1 } }
    await send('PUT', '/destinations/odd', odd)
    const body = JSON.stringify({ [hostile]: hostile })
    const rule = {
      name: 'odd',
      on: [`custom.${hostile}`],
      when: {
        any: [
          { profile: hostile, is: hostile },
          { all: [{ event: hostile, is: hostile }, { changed: hostile }] },
        ],
      },
      steps: [{ action: 'webhook', with: { destination: 'odd', body, headers: { a: hostile } } }],
    }
    const { data } = await send('GET', '/rules')
    await send('PUT', '/rules', { rules: [...data.map((one: Rule) => one.definition), rule] })
    const event = await send('POST', '/events', {
      type: `custom.${hostile}`,
      attributes: { [hostile]: { [hostile]: [hostile] } },
      identifiers: { user_id: hostile },
    })
    const sent = async () => (await send('GET', '/deliveries?destination=odd')).data[0]
    await until('it is dead', async () => (await sent())?.state === 'dead')
    const seen = `custom.${hostile}`
    const places = {
      '': seen,
      people: hostile,
      [`people/${profile.id}`]: seen,
      events: seen,
      [`events/${event.id}`]: hostile,
      rules: seen,
      'rules/odd': hostile,
      'new-rule': 'Stap toevoegen',
      deliveries: 'odd',
      [`deliveries/${(await sent()).id}`]: hostile,
      destinations: url,
      'set-up': hostile,
      'set-up?part=workspace': hostile,
      'set-up?part=attributes': hostile,
      'set-up?part=import': 'CSV',
      'set-up?part=audit': '<img src=x',
      nowhere: 'Deze pagina bestaat niet',
    }
    await page.getByText('Nederlands').click()
    // Between them these have every kind of part; the long run looks at all.
    const some = ['', 'people/', 'rules/odd', 'deliveries/', 'destinations', 'set-up']
    const all = Object.keys(places).map((place) => place.replace(/\d+$/, ''))
    const inDark = process.env.ROSTER_TEST_LONG === '1' ? all : some
    const scheme = async (colorScheme: 'dark' | 'light') => {
      await page.emulateMedia({ colorScheme })
      await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
    }
    for (const [place, text] of Object.entries(places)) {
      const isDark = inDark.includes(place.replace(/\d+$/, ''))
      if (isDark) await scheme('dark')
      if (isDark) await page.setViewportSize({ width: 1280, height: 800 })
      await visit(place)
      const typed = page.locator(`main input[value=${JSON.stringify(text)}]`)
      const shown = page.locator('main').getByText(text).or(typed).first()
      await shown.waitFor({ state: 'attached' })
      await page.getByText('Laden…').first().waitFor({ state: 'detached' })
      if (isDark) {
        assert.deepEqual(await axeFaults(page, ['color-contrast']), [], `${place} in the dark`)
      }
      await scheme('light')
      await page.setViewportSize({ width: 390, height: 844 })
      await until(`${place} fits a phone`, async () => {
        return Number(await page.evaluate('document.documentElement.scrollWidth')) <= 390
      })
      assert.deepEqual(await axeFaults(page), [], place)
    }
    await visit(`people/${profile.id}`)
    await page.getByRole('region', { name: 'Bedrijven' }).getByText(hostile).first().waitFor()
    assert.equal(await page.evaluate('globalThis.hit'), undefined)
    assert.equal(await page.locator('img').count(), 0)
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.getByText('English').click()
  })

  test('a workspace keeps its events for as many days as its settings say', async () => {
    await visit('set-up?part=workspace')
    const days = page.getByLabel('Days to keep events')
    for (const given of ['90', '']) {
      await days.fill(given)
      await page.getByRole('button', { name: /^Saved?$/ }).click()
      await until('it is kept', async () => {
        const { settings } = await send('GET', '/workspace')
        return settings.event_days === (given === '' ? null : Number(given))
      })
    }
  })

  test('an import tells what is wrong with a file, then tries it, then does it', async () => {
    await visit('set-up?part=import')
    const give = (text: string) =>
      page.locator('input[type=file]').setInputFiles({
        ...{ name: 'people.csv', mimeType: 'text/csv' },
        buffer: Buffer.from(text),
      })
    await give('email,first_name\na@example.org,"Ann\nb@example.org,Bob\n')
    await page.getByText('The quote that is opened on line 2 is never closed.').waitFor()
    await give('email,first_name\n')
    await page.getByText(/^There are no people in this file/).waitFor()
    const people = Array.from({ length: 248 }, (_, n) => `p${n}@example.org;Pat;Patty;new|vip`)
    const odd = ['o@example.org;"two\nlines";O;', 'nonsense;N;N;', 'p@example.org;P;P;;too;many']
    await give(`\uFEFFemail;first_name;roepnaam;tags\n${[...odd, ...people].join('\n')}\n`)
    const dryRun = page.getByRole('button', { name: 'Dry run' })
    const name = page.getByLabel('roepnaam: Attribute')
    await name.fill('first_name')
    await page.getByText(/^Two columns would become one attribute/).waitFor()
    assert.equal(await dryRun.isDisabled(), true)
    await name.fill('nickname')
    await page.getByRole('combobox', { name: 'roepnaam: Becomes' }).click()
    await page.getByRole('option', { name: 'the identifier' }).click()
    await page.getByText('Only one column can be the identifier.').waitFor()
    await page.getByRole('combobox', { name: 'roepnaam: Becomes' }).click()
    await page.getByRole('option', { name: 'an attribute' }).click()
    await dryRun.click()
    await page.getByText('249 would be written, 2 refused.').waitFor()
    await page.getByText('Line 5: it has 6 fields, and the first line has 4').waitFor()
    await page.getByText(/^Line 4: /).waitFor()
    assert.deepEqual((await send('GET', '/profiles?kind=email&prefix=p24')).data, [])
    await page.getByRole('button', { name: 'Import 251 people' }).click()
    await page.getByText('249 were written, 2 refused.').waitFor()
    const { attributes, tags } = await send('GET', '/profiles/by/email/p247%40example.org')
    assert.deepEqual([attributes.nickname, tags], ['Patty', ['new', 'vip']])
  })

  test('calls that stand beside a new token run as they are, in each language', async () => {
    await visit('set-up')
    const ways = {
      curl: { file: 'calls.sh', command: 'sh', around: (call: string) => `${call} -sf || exit 1` },
      TypeScript: { file: 'calls.mts', command: process.execPath, around: inBraces },
      PHP: { file: 'calls.php', command: 'php', around: (call: string) => `${call} ?>` },
      Python: { file: 'calls.py', command: 'python3', around: (call: string) => call },
    }
    const calls = Object.values(ways).map((): string[] => [])
    for (const { id } of roster.dialects) {
      await page.getByRole('combobox', { name: 'Dialect' }).click()
      await page.getByRole('option', { name: id }).click()
      await page.getByRole('button', { name: 'Make a token' }).click()
      await page
        .getByText(sampleOf[id] ?? '')
        .first()
        .waitFor()
      for (const [place, [tongue, { around }]] of Object.entries(ways).entries()) {
        await page.getByText(tongue, { exact: true }).click()
        calls[place]?.push(around(await page.locator('pre').last().innerText()))
      }
      await page.getByText('curl', { exact: true }).click()
    }
    const folder = tempFolder()
    const running = Object.values(ways).map(async ({ file, command }, place) => {
      const path = join(folder.path, file)
      writeFileSync(path, calls[place]?.join('\n') ?? '')
      const { stdout } = await promisify(execFile)(command, [path])
      assert.notEqual(stdout, '', file)
    })
    const outcomes = await Promise.allSettled(running)
    folder.remove()
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue
      // Nobody need have PHP and Python to test Roster.
      assert.equal(outcome.reason.code, 'ENOENT', String(outcome.reason))
    }
  })

  test('a page tells what failed and takes it up again; a list says that it goes on loading', async () => {
    const places = ['', 'people', 'people/1', 'events', 'events/1', 'rules', 'rules/thank']
    places.push('new-rule', 'deliveries', 'deliveries/1', 'destinations', 'set-up')
    places.push(...['workspace', 'attributes', 'audit'].map((part) => `set-up?part=${part}`))
    // More than a page of the audit trail.
    for (let entry = 0; entry < 50; entry += 2) {
      await send('POST', '/destinations/shop/pause')
      await send('POST', '/destinations/shop/resume')
    }
    await visit('rules')
    await page.getByRole('link', { name: 'thank', exact: true }).waitFor()
    // One that is not worth another try, which would have to be waited for.
    const answer = { status: 403, contentType: 'application/problem+json' }
    const body = JSON.stringify({ code: 'missing_scope', detail: 'Not with this token.' })
    const isCall = '**/api/v1/**'
    await page.route(isCall, (route) => route.fulfill({ ...answer, body }))
    const stale = page.getByText('What stands here may be old')
    await until('the page is asked for anew', async () => {
      await page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")
      return stale.isVisible()
    })
    await page.getByRole('link', { name: 'thank', exact: true }).waitFor()
    await page.reload()
    for (const place of places) {
      await visit(place)
      await page.locator('main').getByText('Not with this token.').first().waitFor()
      await page.getByText('Loading…').first().waitFor({ state: 'detached' })
      const said = await page.locator('main').innerText()
      assert.doesNotMatch(said, /No events yet|There is no event|No deliveries|Nothing was/, place)
    }
    const busy = JSON.stringify({ code: 'too_many_requests', detail: 'Too many requests.' })
    await page.unroute(isCall)
    await page.route(isCall, (route) => {
      const { contentType } = answer
      const headers = { 'retry-after': '2' }
      return route.fulfill({ status: 429, contentType, headers, body: busy })
    })
    await visit('destinations')
    await page.getByText(/it is tried again by itself in \d s/).waitFor()
    await page.unroute(isCall)
    await page.getByRole('region', { name: 'shop' }).waitFor()
    await page.route(isCall, (route) => route.fulfill({ ...answer, body }))
    await visit('set-up?part=audit')
    await page.getByText('Not with this token.').waitFor()
    await page.unroute(isCall)
    await page.getByRole('button', { name: 'Try again' }).click()
    const more = page.getByRole('button', { name: 'Show earlier' })
    const held = Promise.withResolvers<void>()
    await page.route('**/api/v1/audit?*cursor=*', async (route) => {
      await held.promise
      await route.continue()
    })
    await more.click()
    await page.locator('button[data-loading]').waitFor()
    held.resolve()
    await page.getByText('workspace.created').waitFor()
    await page.unroute('**/api/v1/audit?*cursor=*')
  })

  test('a token of another workspace leads there, and nothing of this one is left', async () => {
    const other = (await roster.newWorkspace()).tokens.native?.token as string
    await visit('people?q=anna')
    await page.getByRole('link', { name: 'Annabel' }).waitFor()
    await page.getByRole('button', { name: 'Switch' }).click()
    await page
      .getByRole('dialog')
      .getByLabel(/^Token/)
      .fill(other)
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Send a first event' }).waitFor()
    await page.goto(`${roster.url}/console/people`)
    await page.getByRole('heading', { name: 'People' }).waitFor()
    assert.equal(await page.getByRole('link', { name: 'Annabel' }).count(), 0)
    const kept = await context.cookies()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in to Roster' }).waitFor()
    // A copy of the cookie does not bring the session back.
    await context.addCookies(kept)
    await page.reload()
    await page.getByRole('heading', { name: 'Sign in to Roster' }).waitFor()
  })

  test('the first view is small, and nothing comes from elsewhere', async () => {
    const fresh = await browser.newContext({ locale: 'nl' })
    const other = await fresh.newPage()
    const asked: string[] = []
    other.on('request', (request) => asked.push(request.url()))
    await other.goto(`${roster.url}/console/`)
    await other.getByRole('heading', { name: 'Aanmelden bij Roster' }).waitFor()
    assert.deepEqual(
      asked.filter((address) => !address.startsWith(`${roster.url}/`)),
      [],
    )
    const sizes = asked
      .filter((address) => address.includes('/assets/'))
      .map(async (address) => {
        const answer = await fetch(address, {
          method: 'HEAD',
          headers: { 'accept-encoding': 'gzip' },
        })
        return Number(answer.headers.get('content-length'))
      })
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
    assert.ok(bytes > 50_000 && bytes < 400_000, `${bytes} bytes`)
    await fresh.close()
  })

  test('nothing broke a rule of the page', () => assert.deepEqual(complaints, []))
})

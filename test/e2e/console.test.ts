import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Rule } from '../../src/client/client.js'
import { buildConsole } from '../../src/console-build.ts'
import { axeFaults } from '../kit/axe.ts'
import { startBrowser } from '../kit/browser.ts'
import { engines } from '../kit/engines.ts'
import { type RunningRoster, startRoster } from '../kit/start-roster.ts'

describe('the console', () => {
  let roster: RunningRoster
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let token: string
  /** What the browser complained of: scripts that failed, and all that the policy stopped. */
  const complaints: string[] = []

  before(async () => {
    await buildConsole()
    roster = await startRoster(engines[0] as (typeof engines)[number])
    token = (await roster.newWorkspace()).tokens.native?.token as string
    browser = await startBrowser()
    context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en',
      reducedMotion: 'reduce',
    })
    page = await context.newPage()
    page.setDefaultTimeout(15_000)
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (/Content Security Policy|Uncaught/.test(message.text())) complaints.push(message.text())
    })
  })
  after(async () => {
    await browser?.close()
    await roster?.close()
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
    const text = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    await send('PUT', '/profiles/by/user_id/u1', {
      set: { email: 'ann@example.org', first_name: 'Ann', note: text },
      tags: [text.slice(0, 40)],
    })
    await page.getByRole('searchbox', { name: 'Search' }).fill('ann@')
    await page.getByRole('link', { name: 'Ann' }).click()
    await page.getByRole('heading', { name: 'Ann' }).waitFor()
    await page
      .getByRole('row', { name: / note / })
      .getByText(text)
      .waitFor()
    await page
      .getByRole('row', { name: / email / })
      .getByRole('link', { name: /^event/ })
      .waitFor()
    await page.getByRole('button', { name: 'Edit first_name' }).click()
    await page.getByLabel('Value').fill('Anna')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Anna' }).waitFor()
    await page.getByRole('link', { name: 'profile.updated' }).waitFor()
    assert.deepEqual(await axeFaults(page), [])
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
    await page.getByRole('link', { name: 'profile.merged' }).click()
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
    const timeline = page.getByRole('region', { name: 'Timeline' })
    await page.reload()
    await timeline.getByRole('link', { name: 'order.paid' }).waitFor()
    await timeline.getByRole('link', { name: /^Delivery \d/ }).waitFor()
    await timeline.getByText('dead', { exact: true }).waitFor()
    await timeline.getByText('waiting', { exact: true }).waitFor()
    await timeline
      .getByRole('button', { name: /What the rules decided/ })
      .first()
      .click()
    await timeline.getByText('sends to crm').waitFor()
    await timeline.getByRole('button', { name: 'Cancel this run' }).click()
    await timeline.getByText('cancelled', { exact: true }).waitFor()
    assert.deepEqual(await axeFaults(page), [])
  })

  test('a person is erased once their number was typed, and a receipt is shown', async () => {
    await send('PUT', '/profiles/by/user_id/u2', { set: { first_name: 'Zed' } })
    await page.goto(`${roster.url}/console/people?q=Zed`)
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
    await page.goto(`${roster.url}/console/events`)
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
    await page.getByLabel('Type').fill('shop.second')
    await page.getByRole('link', { name: 'shop.third' }).waitFor({ state: 'detached' })
  })

  test('a rule is one thing as a form and as YAML', async () => {
    await page.goto(`${roster.url}/console/rules/remove-people`)
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
    await page.goto(`${roster.url}/console/rules/thank`)
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
    assert.deepEqual(await axeFaults(page), [])
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
    await page.goto(`${roster.url}/console/rules/thank`)
    const step = page.getByRole('group', { name: 'Step 1' })
    await step.getByText(/^On event \d+, order.paid, it comes to:/).waitFor()
    await step.getByRole('button', { name: 'Add a setting' }).click()
    await page.getByRole('menuitem', { name: /^body/ }).click()
    const body = step.getByRole('textbox', { name: 'body' })
    await body.pressSequentially('{"to": {{ profile.em')
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

  test('the home page charts what waits and what was given up on, and why', async () => {
    await page.goto(`${roster.url}/console/`)
    const charts = page.getByRole('region', { name: 'Deliveries by destination and state' })
    await charts.getByRole('link', { name: '1 dead' }).waitFor()
    await page
      .getByRole('region', { name: 'Errors by reason' })
      .getByRole('link', { name: '1 crm' })
      .waitFor()
    await roster.store.rollUpEvents(Date.now())
    await page.getByRole('img', { name: /^Deliveries planned per minute/ }).waitFor()
    assert.deepEqual(await axeFaults(page), [])
    await page.goto(`${roster.url}/console/rules`)
    const row = page.getByRole('row', { name: /thank/ })
    await row.getByRole('link', { name: '1 thank' }).waitFor()
  })

  test('a rule that another changed in the meantime is not deleted unseen', async () => {
    await page.goto(`${roster.url}/console/rules/thank`)
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
  })

  test('pages are fit for a screen reader, dark and light, and fit a phone in Dutch', async () => {
    const check = async (places: string[]) => {
      for (const place of places) {
        await page.goto(`${roster.url}/console/${place}`)
        await page.getByRole('heading', { level: 1 }).waitFor()
        assert.deepEqual(await axeFaults(page), [], place)
      }
    }
    await page.emulateMedia({ colorScheme: 'dark' })
    await check(['people/1', 'rules/remove-people', 'destinations'])
    await page.emulateMedia({ colorScheme: 'light' })
    await page.getByText('Nederlands').click()
    await page.setViewportSize({ width: 390, height: 844 })
    const places = ['', 'people', 'people/1', 'events/1', 'new-rule', 'deliveries', 'set-up']
    const judged = ['', 'people/1', 'new-rule', 'set-up']
    for (const place of [...places, 'nowhere']) {
      await page.goto(`${roster.url}/console/${place}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      const wide = await page.evaluate('document.documentElement.scrollWidth')
      assert.ok(Number(wide) <= 390, `${place} is ${wide} wide`)
      if (judged.includes(place)) assert.deepEqual(await axeFaults(page), [], place)
    }
    await page.getByRole('heading', { name: 'Deze pagina bestaat niet' }).waitFor()
  })

  test('a token of another workspace leads there, and nothing of this one is left', async () => {
    const other = (await roster.newWorkspace()).tokens.native?.token as string
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.goto(`${roster.url}/console/people`)
    await page.getByText('English').click()
    await page.getByRole('link', { name: 'Anna' }).waitFor()
    await page.getByRole('button', { name: 'Switch' }).click()
    await page
      .getByRole('dialog')
      .getByLabel(/^Token/)
      .fill(other)
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Send a first event' }).waitFor()
    await page.goto(`${roster.url}/console/people`)
    await page.getByRole('heading', { name: 'People' }).waitFor()
    assert.equal(await page.getByRole('link', { name: 'Anna' }).count(), 0)
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

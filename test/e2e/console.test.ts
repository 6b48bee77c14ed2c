import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
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

  async function send(method: string, path: string, body: unknown): Promise<void> {
    const answer = await fetch(`${roster.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    assert.ok(answer.ok, await answer.text())
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

  test('nothing broke a rule of the page', () => assert.deepEqual(complaints, []))
})

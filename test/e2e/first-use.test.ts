import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { buildConsole } from '../../src/console-build.ts'
import { axeFaults } from '../kit/axe.ts'
import { startBrowser } from '../kit/browser.ts'
import { receiver } from '../kit/receiver.ts'
import { spawnRoster } from '../kit/spawn-roster.ts'
import { tempFolder } from '../kit/temp-folder.ts'

/*
 * What somebody does who starts Roster for the first time and reads nothing: each step finds what
 * it needs on the page before it.
 */

const folder = tempFolder()
let roster: Awaited<ReturnType<typeof spawnRoster>>
let browser: Browser
let page: Page
let isBroken = true
const shop = await receiver((_call, response) => {
  response.statusCode = isBroken ? 500 : 200
  response.end(isBroken ? 'the shop is closed' : 'thank you')
})
const complaints: string[] = []

before(async () => {
  await buildConsole()
  roster = await spawnRoster({ dataDir: folder.path })
  browser = await startBrowser()
  page = await (await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' })).newPage()
  page.setDefaultTimeout(10_000)
  page.on('console', (message) => {
    if (/Content Security Policy|Uncaught/.test(message.text())) complaints.push(message.text())
  })
})
after(async () => {
  await browser?.close()
  await roster?.stop()
  shop[Symbol.dispose]()
  folder.remove()
})

const go = (name: string) => page.getByRole('navigation').getByRole('link', { name }).click()
const button = (name: string) => page.getByRole('button', { name, exact: true })

/** The first step that fails ends the story, and is named. */
async function step(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw new Error(`step failed: ${name}`, { cause: error })
  }
}

/** Runs the sample that stands on the page under this title, as its reader would. */
async function paste(title: string): Promise<void> {
  const sample = page.locator('pre').nth(['Write a profile', 'Send an event'].indexOf(title))
  execFileSync('sh', ['-c', `${await sample.innerText()} --silent --fail`])
}

test('a stranger gets from nothing to a dead letter redelivered', async () => {
  await step('the first start tells of the console and of a token that it takes', async () => {
    assert.match(roster.output(), /the console is at http:\/\/127\.0\.0\.1:\d+\/console\//)
    const told = readFileSync(join(folder.path, 'first-tokens.txt'), 'utf8')
    const token = /rst_[0-9a-f_]+/.exec(told)?.[0] ?? ''
    await page.goto(`${roster.url}/console/`)
    await page.getByLabel(/^Token/).fill(token)
    await button('Sign in').click()
    await page.getByRole('heading', { name: 'Send a first event' }).waitFor()
  })

  await step(
    'what stands on the page can be pasted, and what it sends appears by itself',
    async () => {
      await button('Make a token').click()
      await page.getByText('The token is shown this once').waitFor()
      assert.deepEqual(await axeFaults(page), [])
      await paste('Write a profile')
      await page.getByRole('link', { name: 'profile.created' }).waitFor()
      // What is shown this once is not taken away by what it was for.
      await page.getByText('The token is shown this once').waitFor()
    },
  )

  await step('the person is found by a part of the name', async () => {
    await go('People')
    await page.getByRole('searchbox', { name: 'Search' }).fill('joh')
    await page.getByRole('link', { name: 'John' }).click()
    await page.getByRole('row', { name: / email john@example\.com native/ }).waitFor()
  })

  await step('a destination is made, and a rule that sends to it', async () => {
    await go('Destinations')
    await button('New destination').click()
    await page.getByLabel(/^Name/).fill('shop')
    await page.getByLabel(/^Address/).fill(`${shop.url}/hooks`)
    await page.getByLabel('It is on a private network').check()
    await page.getByLabel('Attempts before it is given up on').fill('1')
    await button('Save').click()
    await page.getByText('The signing secret is shown this once').waitFor()
    await button('Close').click()
    await page.getByRole('heading', { name: 'shop' }).waitFor()

    await go('Rules')
    await page.getByRole('link', { name: 'New rule' }).click()
    await page.getByLabel(/^Name/).fill('tell-the-shop')
    const types = page.getByRole('combobox', { name: 'On these event types' })
    await types.fill('profile.updated')
    await types.press('Enter')
    await button('Add a step').click()
    await page.getByRole('combobox', { name: 'What it does' }).fill('webhook')
    await page.getByRole('option', { name: 'webhook' }).click()
    await page.getByRole('combobox', { name: 'destination' }).fill('shop')
    await page.getByText(/^It would not react to event/).waitFor()
    await button('Review and save').click()
    await page.getByText('+ name: tell-the-shop').waitFor()
    await button('Save').click()
    await page.getByRole('heading', { name: 'Rule tell-the-shop' }).waitFor()
  })

  await step('the rule is seen to fire, and why', async () => {
    await go('People')
    await page.getByRole('link', { name: 'John' }).click()
    await button('Edit first_name').click()
    await page.getByLabel('Value').fill('Johnny')
    await button('Save').click()
    await page.getByRole('link', { name: 'profile.updated' }).click()
    const rules = page.getByRole('region', { name: 'Rules' })
    await rules.getByText('tell-the-shop').waitFor()
    await rules.getByText('sends to shop').waitFor()
    await rules.getByText('it is about other event types').first().waitFor()
  })

  await step(
    'its destination is broken: the dead letter is found, and says what came back',
    async () => {
      await go('Deliveries')
      await page.getByRole('link', { name: /^1 dead shop/ }).click()
      await page.getByRole('link', { name: /^Delivery \d/ }).click()
      await page.getByText('the shop is closed').waitFor()
    },
  )

  await step('it is mended, and the dead letter redelivered', async () => {
    isBroken = false
    await button('Redeliver').click()
    await page.getByText('thank you').waitFor()
    await page.getByText('delivered', { exact: true }).waitFor()
    const [first, second] = shop.calls
    assert.ok(first && second)
    assert.equal(second.id, first.id)
    assert.equal(second.body, first.body)
    assert.deepEqual(complaints, [])
  })
})

test('the live stream outlasts a restart of the server: nothing is missed, nothing shown twice', async () => {
  const token = /rst_[0-9a-f_]+/.exec(
    readFileSync(join(folder.path, 'first-tokens.txt'), 'utf8'),
  )?.[0]
  const port = new URL(roster.url).port
  const tell = async (type: string) => {
    const answer = await fetch(`${roster.url}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type }),
    })
    assert.ok(answer.ok)
  }
  await go('Events')
  await page.getByText('Live', { exact: true }).waitFor()
  await tell('shop.first')
  await page.getByRole('link', { name: 'shop.first' }).waitFor()
  await roster.stop()
  // Longer than the client tries by itself.
  await page.getByText('The server was not reached.').or(page.getByRole('alert')).first().waitFor()
  await page.getByText('Connecting', { exact: true }).waitFor()
  roster = await spawnRoster({ dataDir: folder.path, env: { ROSTER_PORT: port } })
  await tell('shop.second')
  await page.getByRole('link', { name: 'shop.second' }).waitFor()
  await tell('shop.third')
  await page.getByRole('link', { name: 'shop.third' }).waitFor()
  const shown = await page.getByRole('link', { name: /^shop\./ }).allInnerTexts()
  assert.deepEqual(shown, ['shop.third', 'shop.second', 'shop.first'])
  await page.getByText('Live', { exact: true }).waitFor()
  await page.getByRole('alert').waitFor({ state: 'detached' })
})

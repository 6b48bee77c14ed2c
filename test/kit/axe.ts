import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * What seriously stands in the way of somebody who uses a keyboard or a screen reader, by all rules
 * or by those named.
 */
export async function axeFaults(page: Page, rules?: string[]): Promise<string[]> {
  // Evaluated by the debugger, which the policy of the page does not concern; it is large.
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(source)
  return page.evaluate(async (runOnly) => {
    const { axe, document } = globalThis as unknown as { axe: Axe; document: Animated }
    // A colour that is on its way to another is none of what is looked for.
    for (;;) {
      const moving = document.getAnimations().filter(({ playState, effect }) => {
        return playState === 'running' && Number.isFinite(effect?.getComputedTiming().endTime)
      })
      if (moving.length === 0) break
      await Promise.allSettled(moving.map(({ finished }) => finished))
    }
    const { violations } = await axe.run({
      resultTypes: ['violations'],
      ...(runOnly && { runOnly }),
    })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
  }, rules)
}

interface Animated {
  getAnimations(): {
    playState: string
    finished: Promise<unknown>
    effect: { getComputedTiming(): { endTime: number } } | null
  }[]
}

interface Axe {
  run(options: {
    resultTypes: string[]
    runOnly?: string[]
  }): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>
}

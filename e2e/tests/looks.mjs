// What every page has to be, in a browser: accessible, and no wider than the window.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** Fails where the page scrolls sideways. */
export async function assertFits(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name}: ${wide}px too wide`);
}

/** Fails where axe finds a violation. */
export async function assertAccessible(page, name) {
  const cdp = await page.context().newCDPSession(page);
  const { result: loaded } = await cdp.send('Runtime.evaluate', { expression: 'typeof axe' });
  if (loaded.value !== 'object') await cdp.send('Runtime.evaluate', { expression: axe });
  const { result } = await cdp.send('Runtime.evaluate', {
    expression: `axe.run({ resultTypes: ['violations'] }).then(r => JSON.stringify(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target).join(' '))))`,
    awaitPromise: true, returnByValue: true,
  });
  assert.deepEqual(JSON.parse(result.value), [], name);
  await cdp.detach();
}

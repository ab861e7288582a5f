// Every page, light and dark, wide and narrow: no accessibility violation, no
// sideways scrolling, no message about the content security policy.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { assertAccessible, assertFits } from './looks.mjs';
import { test, startDemo, openBrowser, comeIn } from './wizard.mjs';

const here = new URL('..', import.meta.url).pathname;

/** How many Copy buttons stand on the text beside them. */
function covered() {
  return [...document.querySelectorAll('[data-copy]')].filter((button) => {
    const b = button.getBoundingClientRect();
    const text = document.getElementById(button.dataset.copy).getClientRects();
    return [...text].some((r) => r.right > b.left && r.left < b.right && r.bottom > b.top && r.top < b.bottom);
  }).length;
}

/** Looks at a page, and keeps a picture of it in out/pages where AUTHPOCKET_SCREENSHOTS is set. */
async function look(page, name, theme) {
  if (process.env.AUTHPOCKET_SCREENSHOTS) {
    await page.screenshot({ path: `${here}out/pages/${name}-${theme}.png`, fullPage: true });
  }
  await assertFits(page, name);
  const head = await page.locator('header.top').evaluate((e) => e.offsetHeight);
  assert.ok(head <= 165, `${name}: the head is ${head}px high`);
  assert.equal(await page.evaluate(covered), 0, `${name}: a button covers the text that it copies`);
  await assertAccessible(page, `${name} (${theme})`);
}

for (const [theme, width] of [['light', 1280], ['dark', 360]]) {
  test(`pages are accessible and fit, ${theme}, ${width} px`, async (t) => {
    await mkdir(`${here}out/pages`, { recursive: true });
    const demo = await startDemo();
    const browser = await openBrowser();
    t.after(() => browser.close());
    t.after(() => demo.stop());
    const page = await (await browser.newContext({ reducedMotion: 'no-preference', colorScheme: theme, viewport: { width, height: 800 } })).newPage();
    const policy = [];
    page.on('console', (m) => { if (m.text().includes('Content Security Policy')) policy.push(m.text()); });
    const go = (name) => page.getByRole('button', { name }).click();
    await page.goto(demo.url);
    await look(page, '0-door', theme);
    await comeIn(page, demo);
    await look(page, '1-start', theme);
    await page.getByRole('link', { name: 'Start now' }).click();
    await look(page, '2-authentik', theme);
    const address = await page.getByLabel(/address/i).inputValue();
    await page.getByLabel(/address/i).fill('not an address');
    await go('Continue');
    await page.getByRole('alert').waitFor();
    await look(page, '2-authentik-problem', theme);
    await page.getByLabel(/address/i).fill(address);
    await go('Continue');
    await page.getByRole('heading', { level: 1, name: 'Connect PocketBase' }).waitFor();
    await look(page, '3-pocketbase', theme);
    await go('Continue');
    await look(page, '4-settings', theme);
    t.diagnostic(`settings at ${width} px: ${await page.evaluate(() => document.documentElement.scrollHeight)} px high`);
    await go('Continue');
    await page.getByRole('alert').waitFor();
    await look(page, '4-settings-problem', theme);
    await page.goto(demo.url + 'settings');
    for (const [i, summary] of (await page.locator('summary').all()).entries()) {
      await summary.click();
      assert.equal(await page.locator('details[open]').count(), 1, 'one group is open at a time');
      await look(page, `4-settings-open-${i + 1}`, theme);
    }
    await page.getByRole('radio', { name: 'Trust every address' }).check();
    await go('Continue');
    await look(page, '5-review', theme);
    await go(/^Apply/);
    await page.getByRole('heading', { level: 1, name: 'Changes applied' }).waitFor();
    await look(page, '6-apply', theme);
    await page.getByRole('link', { name: 'Run checks' }).or(page.getByRole('button', { name: 'Run checks' })).click();
    await page.getByText('stands in the way').waitFor({ timeout: 60_000 });
    await look(page, '7-verify', theme);
    for (const summary of await page.locator('.checks-folded summary').all()) await summary.click();
    await page.getByRole('heading', { level: 3 }).first().waitFor();
    await look(page, '7-verify-open', theme);
    await page.goto(demo.url + 'done');
    await look(page, '8-done', theme);
    await page.goto(demo.url + 'signin');
    await go('Invite another user');
    await page.getByRole('button', { name: 'Copy' }).waitFor();
    await look(page, '9-invite', theme);
    await page.goto(demo.url + 'permissions');
    await look(page, '9-permissions', theme);
    await page.goto(demo.url + 'receipts');
    await look(page, '9-receipts', theme);
    await page.locator('ol.changes a').first().click();
    await look(page, '9-receipt', theme);
    for (const path of ['export', 'rotate', 'remove']) {
      await page.goto(demo.url + path);
      await look(page, `9-${path}`, theme);
    }
    assert.deepEqual(policy, []);
  });
}

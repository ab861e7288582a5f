// A request that only reads can be cancelled while a server does not answer.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { said } from './language.mjs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { startDemo, openBrowser, comeIn } from './wizard.mjs';

// atSilentServer opens the form of authentik, with the address of a server that does not answer.
async function atSilentServer(t) {
  const demo = await startDemo();
  t.after(() => demo.stop());
  const browser = await openBrowser();
  t.after(() => browser.close());
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  t.after(() => { silent.closeAllConnections(); silent.close(); });
  await once(silent, 'listening');
  const page = await browser.newPage();
  await comeIn(page, demo);
  await page.getByRole('link', { name: 'Start now' }).click();
  const right = await page.getByLabel('authentik address').inputValue();
  await page.getByLabel('authentik address').fill(`http://127.0.0.1:${silent.address().port}`);
  await page.getByLabel('API token').fill('a-token');
  return { page, silent, right };
}

test('Cancel ends a slow connection, at the server too, and the form can be sent again', async (t) => {
  const { page, silent } = await atSilentServer(t);
  // Playwright itself waits for the navigation, so the page presses Cancel.
  await page.evaluate((cancel) => document.addEventListener('submit', () => setTimeout(() => {
    [...document.querySelectorAll('button')].find((b) => b.textContent.match(cancel)).click();
  }, 300)), said('Cancel', true));
  for (let i = 0; i < 2; i++) {
    const asked = once(silent, 'request');
    await page.getByRole('button', { name: 'Continue' }).click({ noWaitAfter: true });
    const [request] = await asked;
    const began = Date.now();
    await once(request.socket, 'close');
    assert.ok(Date.now() - began < 5000, 'the server went on asking');
    await page.getByText('Cancelled.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Cancel' }).count(), 0);
    assert.equal(await page.getByLabel('API token').inputValue(), 'a-token');
  }
});

test('what the browser stopped can be sent again', async (t) => {
  const { page, silent, right } = await atSilentServer(t);
  await page.evaluate(() => document.addEventListener('submit', () => setTimeout(() => stop(), 300), { once: true }));
  const asked = once(silent, 'request');
  await page.getByRole('button', { name: 'Continue' }).click({ noWaitAfter: true });
  await asked;
  await page.getByText('Cancelled.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Cancel' }).count(), 0);
  await page.getByLabel('authentik address').fill(right);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('link', { name: /does not accept this token/ }).waitFor();
});

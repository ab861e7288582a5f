// Going back never asks whether to send a form again.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { startDemo, openBrowser, comeIn } from './wizard.mjs';

test('Back after a corrected mistake leads to pages, and the token is kept', async (t) => {
  const demo = await startDemo();
  const browser = await openBrowser();
  t.after(() => browser.close());
  t.after(() => demo.stop());
  const page = await browser.newPage();
  const statuses = [];
  page.on('response', (r) => { if (r.request().isNavigationRequest()) statuses.push(r.status()); });
  await comeIn(page, demo);
  await page.getByRole('link', { name: 'Start now' }).click();
  const right = await page.getByLabel('authentik address').inputValue();
  await page.getByLabel('authentik address').fill('not an address');
  await page.getByLabel('API token').fill('typed-before');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByText('A token is entered').waitFor();
  await page.getByLabel('authentik address').fill(right);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('link', { name: /does not accept this token/ }).waitFor(); // the token was sent
  await page.goto(demo.url + 'authentik');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Connect authentik' }).waitFor();
  for (let i = 0; i < 3; i++) {
    const res = await page.goBack();
    if (!res) break;
    assert.equal(res.status(), 200, page.url());
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
  assert.ok(statuses.every((status) => status < 400), `a page was answered with ${statuses}`);
});

import assert from 'node:assert/strict';
import { asIs } from './language.mjs';
import { test, startDemo, openBrowser, toReview, toDone, readSnippet, startApp, signInAtAuthentik } from './wizard.mjs';

for (const javaScriptEnabled of [true, false]) {
  test(`from the start page to a sign-in that PocketBase accepts, JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, async (t) => {
    const demo = await startDemo();
    const browser = await openBrowser();
    t.after(() => browser.close());
    t.after(async () => assert.equal(await demo.stop(), 0, 'the demo ends with 0 on SIGTERM'));

    const errors = [];
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    page.on('pageerror', (e) => errors.push(String(e)));
    page.on('console', (m) => { if (m.text().includes('Content Security Policy')) errors.push(m.text()); });
    await toReview(page, demo, javaScriptEnabled);
    await toDone(page);
    const link = await readSnippet(page);
    assert.deepEqual({ collection: link.collection, provider: link.provider }, { collection: 'users', provider: 'oidc' });
    assert.deepEqual(errors, []);

    const app = await startApp(link);
    t.after(() => app.stop());
    const user = await (await browser.newContext()).newPage();
    await user.goto(app.url);
    const [popup] = await Promise.all([user.waitForEvent('popup'), user.getByRole('button', { name: asIs('Sign in') }).click()]);
    await signInAtAuthentik(popup, 'ada', demo.password);
    await user.locator('output:not(:empty)').waitFor();
    assert.deepEqual(JSON.parse(await user.locator('output').innerText()),
      { email: 'ada@example.com', verified: true, name: 'Ada Lovelace', isNew: true });

    await page.goto(demo.url + 'review');
    await page.getByRole('heading', { level: 1, name: 'No changes needed' }).waitFor();
  });
}

test('reloading, a second tab and pressing twice write nothing twice', async (t) => {
  const demo = await startDemo();
  const browser = await openBrowser();
  t.after(() => browser.close());
  t.after(() => demo.stop());
  const context = await browser.newContext();
  const page = await context.newPage();
  await toReview(page, demo);
  const second = await context.newPage();
  await second.goto(page.url());
  const press = (p) => p.getByRole('button', { name: /^Apply \d+ changes?$/ }).click();
  await Promise.all([press(page), press(second)]);
  for (const p of [page, second]) {
    await p.getByRole('heading', { level: 1, name: 'Changes applied' }).waitFor();
    await p.reload();
    await p.getByText('3 of 3 changes applied').waitFor();
  }
  assert.equal(page.url(), second.url(), 'both tabs show the same apply');
  await page.goBack();
  await page.getByRole('heading', { level: 1 }).waitFor();
});

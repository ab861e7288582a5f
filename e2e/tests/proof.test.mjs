import assert from 'node:assert/strict';
import { test, startDemo, openBrowser, toReview } from './wizard.mjs';

for (const javaScriptEnabled of [true, false]) {
  test(`a proof needs no password and leaves nothing, JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, async (t) => {
    const demo = await startDemo();
    const browser = await openBrowser();
    t.after(() => browser.close());
    t.after(() => demo.stop());
    const errors = [];
    const page = await (await browser.newContext({ javaScriptEnabled })).newPage();
    page.on('pageerror', (e) => errors.push(String(e)));
    page.on('console', (m) => { if (m.text().includes('Content Security Policy')) errors.push(m.text()); });
    await toReview(page, demo, javaScriptEnabled);
    await page.getByRole('button', { name: /^Apply \d+ changes?$/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Changes applied' }).waitFor();

    await page.goto(demo.url + 'signin');
    await page.getByRole('link', { name: 'Prove it now' }).click();
    await page.getByRole('heading', { level: 1, name: 'Review proof: 4 changes' }).waitFor();
    await page.getByLabel('E-mail address of the person').fill('ada');
    await page.getByRole('button', { name: 'Use this address' }).click();
    await page.getByRole('alert').getByText('“ada” is not an e-mail address.').waitFor();
    await page.getByLabel('E-mail address of the person').fill('');
    await page.getByRole('button', { name: 'Use this address' }).click();
    await page.getByRole('heading', { level: 1, name: 'Review proof: 4 changes' }).waitFor();
    await page.getByRole('button', { name: 'Prove it now' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign-in works' }).waitFor({ timeout: 60_000 });
    assert.match(await page.getByText(/Works: \S+ signed in at/).first().innerText(), /authpocket-test-\w+@authpocket\.invalid/);
    assert.equal(await page.getByText('Done', { exact: true }).count(), 4);
    await page.getByRole('link', { name: 'View the sign-in' }).click();
    await page.getByText('A new account was created').first().waitFor();
    assert.deepEqual(errors, []);
  });
}

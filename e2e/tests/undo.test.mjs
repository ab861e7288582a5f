import assert from 'node:assert/strict';
import { test, startDemo, openBrowser, toReview, toDone } from './wizard.mjs';

for (const javaScriptEnabled of [true, false]) {
  test(`from Done to a receipt, an undo, and nothing left, JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, async (t) => {
    const demo = await startDemo();
    const browser = await openBrowser();
    t.after(() => browser.close());
    t.after(async () => assert.equal(await demo.stop(), 0, 'the demo ends with 0 on SIGTERM'));
    const page = await (await browser.newContext({ javaScriptEnabled })).newPage();
    const errors = [];
    page.on('pageerror', (e) => errors.push(String(e)));
    await toReview(page, demo, javaScriptEnabled);
    await toDone(page);

    await page.getByRole('link', { name: 'View history' }).click();
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor();
    await page.getByRole('link', { name: /^Link created/ }).click();
    await page.getByText('3 of 3 changes applied').waitFor();
    await page.getByRole('link', { name: 'Undo', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Review undo: 4 changes' }).waitFor();
    await page.getByRole('button', { name: 'Undo 4 changes' }).click();
    await page.getByRole('heading', { level: 1, name: 'Undone' }).waitFor();
    await page.getByText('4 changes were undone').waitFor();

    await page.getByRole('link', { name: 'View history' }).click();
    await page.getByRole('link', { name: /^Undo/ }).waitFor();
    await page.getByText('Done, then undone').waitFor();
    await page.goto(demo.url + 'review');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor(); // nothing is left of the answers
    await page.getByRole('radio', { name: 'Trust every address' }).check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { level: 1, name: 'Review 3 changes' }).waitFor();
    assert.deepEqual(errors, []);
  });
}

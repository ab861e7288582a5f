// What the way through the wizard costs: printed beside the targets, which it must not exceed.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { said } from './language.mjs';
import { startDemo, openBrowser, comeIn, count } from './wizard.mjs';

function figure(name, got, most) {
  console.log(`figure: ${name}: ${got} (target: ${most} at most)`);
  assert.ok(got <= most, `${name}: ${got}, and ${most} at most are wanted`);
}

test('from the start to a proved link with defaults', async (t) => {
  const demo = await startDemo('-tokens');
  const browser = await openBrowser();
  t.after(() => browser.close());
  t.after(() => demo.stop());
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  const done = count(page);
  const press = (role, name) => page.getByRole(role, { name }).click();
  const at = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
  await comeIn(page, demo); // with the address that has the setup code
  await press('link', 'Start now');
  for (const [system, token] of [['authentik', 'API token'], ['PocketBase', 'Superuser token']]) {
    await at(`Connect ${system}`);
    const printed = (name) => new RegExp(`${system.toUpperCase()}_${name}=(\\S+)`).exec(demo.printed())[1];
    await page.getByLabel(`${system} address`).fill(printed('URL'));
    await page.getByLabel(token).first().fill(printed('TOKEN'));
    await press('button', 'Continue');
  }
  await at('Settings');
  await press('radio', 'Trust every address');
  await press('button', 'Continue');
  await at(/Review/);
  figure('height of the review at 1280 px', await page.evaluate(() => document.documentElement.scrollHeight), 1600);
  await press('button', /^Apply/);
  await at('Changes applied');
  await press('link', 'Prove it now');
  await at(/^Review proof/);
  await press('button', 'Prove it now');
  await at('Sign-in works');
  await page.locator('.wire-word', { hasText: said('proved') }).waitFor();
  figure('clicks from the start to a proved link', done.clicks, 8);
  figure('typed or pasted values, with the setup code', done.typed, 5);
});

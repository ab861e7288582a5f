// What the way through the wizard costs: printed beside the targets, which it must not exceed.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { said } from './language.mjs';
import { startDemo, openBrowser, comeIn } from './wizard.mjs';

function figure(name, got, most) {
  console.log(`figure: ${name}: ${got} (target: ${most} at most)`);
  assert.ok(got <= most, `${name}: ${got}, and ${most} at most are wanted`);
}

test('from the start to a proved link with defaults', async (t) => {
  const demo = await startDemo();
  const browser = await openBrowser();
  t.after(() => browser.close());
  t.after(() => demo.stop());
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  let clicks = 0;
  const press = async (role, name) => {
    clicks++;
    await page.getByRole(role, { name }).click();
  };
  const at = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
  await comeIn(page, demo);
  await press('link', 'Start now');
  let typed = 0; // the demo fills in what an admin types or pastes
  for (const system of ['authentik', 'PocketBase']) {
    await at(`Connect ${system}`);
    typed += 2; // its address and its token
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
  figure('clicks from the start to a proved link', clicks, 8);
  figure('typed or pasted values, with the setup code', typed + 1, 5);
});

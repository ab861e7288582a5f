// What docs/tutorial.md says to choose can be chosen, in that order, and ends with a sign-in.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test, startDemo, openBrowser, signInAtAuthentik } from './wizard.mjs';

/** Returns what the tutorial says to choose in the wizard. What to choose in the dashboards stands in numbered lists. */
async function steps() {
  const text = await readFile(new URL('../../docs/tutorial.md', import.meta.url), 'utf8');
  const sentences = text.replaceAll(/^\d\. .*$/gm, '').matchAll(/\bChoose (\*\*[^.]+?)\./g);
  return [...sentences].flatMap(([, words]) => [...words.matchAll(/\*\*([^*]+)\*\*/g)].map(([, name]) => name));
}

test('the tutorial leads to a sign-in', async (t) => {
  const demo = await startDemo();
  t.after(() => demo.stop());
  const browser = await openBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(demo.door);
  const names = await steps();
  assert.ok(names.length >= 10, `the tutorial has the steps ${names}`);
  for (const name of names) {
    const of = (role) => page.getByRole(role, { name, exact: true });
    const choice = of('link').or(of('button')).or(of('radio')).first();
    await choice.waitFor();
    if (name !== 'Open authentik') {
      await choice.click();
      continue;
    }
    const [popup] = await Promise.all([page.waitForEvent('popup'), choice.click()]);
    await signInAtAuthentik(popup, 'ada', demo.password);
    await page.getByRole('heading', { level: 1, name: 'Sign-in works' }).waitFor();
  }
  assert.equal(names.at(-1), 'Delete the tokens');
});

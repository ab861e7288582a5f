// Every page in every state, light and dark: no accessibility violation, no sideways scrolling at 320 px.
import { mkdir } from 'node:fs/promises';
import { assertAccessible, assertFits } from './looks.mjs';
import { test, startStorybook, openBrowser } from './wizard.mjs';

const root = new URL('../..', import.meta.url).pathname;
const pictures = process.env.AUTHPOCKET_PICTURES; // keep pictures of all stories

/** Takes n of the names, in an order that the seed decides. */
function some(names, n, seed) {
  let state = BigInt(seed);
  const next = () => { state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n); return state >> 33n; };
  return names.map((name) => [next(), name]).sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, n).map(([, name]) => name);
}

/** Keeps a picture of the page in bin/stories. */
async function take(page, name, width) {
  if (!pictures) return;
  await page.setViewportSize({ width, height: 800 });
  await page.screenshot({ path: `${root}bin/stories/${name}.png`, fullPage: true });
}

test('every story is accessible and fits', async (t) => {
  const book = await startStorybook();
  t.after(() => book.stop());
  const browser = await openBrowser();
  t.after(() => browser.close());
  await mkdir(`${root}bin/stories`, { recursive: true });
  const began = Date.now();
  const seed = process.env.AUTHPOCKET_SEED ?? `${began}`;
  const names = pictures || process.env.AUTHPOCKET_ALL ? book.names : some(book.names, 14, seed);
  const page = await (await browser.newContext({ colorScheme: 'light' })).newPage();
  for (const name of ['', ...names]) {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(book.url + name);
    await take(page, `${name || 'index'}-wide`, 1280);
    await assertAccessible(page, `${name}, light`);
    await take(page, `${name || 'index'}-narrow`, 360);
    await page.setViewportSize({ width: 320, height: 800 });
    await assertFits(page, `${name} at 320 px`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await assertAccessible(page, `${name}, dark, 320 px`);
    await take(page, `${name || 'index'}-dark`, 1280);
  }
  t.diagnostic(`${names.length} of ${book.names.length} stories in ${(Date.now() - began) / 1000} s, seed ${seed}`);
});

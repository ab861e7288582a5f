// The pictures that the documentation shows, of stories, in bin/pictures.
import { mkdir } from 'node:fs/promises';
import { test, startStorybook, openBrowser } from './wizard.mjs';

const root = new URL('../..', import.meta.url).pathname;

// The stories by the picture's name, with the height of the part that is shown.
const pictures = {
  code: ['code-first', 380], authentik: ['authentik-empty', 860], pocketbase: ['pocketbase-empty', 860],
  settings: ['settings-fresh', 900], review: ['review-create', 1080], applied: ['apply-done', 700],
  worked: ['signin-works', 560], done: ['done', 780],
};

test('the pictures of the documentation', async (t) => {
  const book = await startStorybook();
  t.after(() => book.stop());
  const browser = await openBrowser();
  t.after(() => browser.close());
  await mkdir(`${root}bin/pictures`, { recursive: true });
  const page = await (await browser.newContext({ colorScheme: 'light', reducedMotion: 'reduce' })).newPage();
  for (const [name, [story, height]] of Object.entries(pictures)) {
    await page.setViewportSize({ width: 1040, height });
    await page.goto(book.url + story);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `${root}bin/pictures/${name}.png` });
  }
});

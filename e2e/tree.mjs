// Prints the accessibility tree of the pages STORIES at STORYBOOK: what a screen reader has to read aloud.
import { chromium } from 'playwright-core';

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const page = await browser.newPage();
for (const story of process.env.STORIES.split(' ')) {
  await page.goto(`${process.env.STORYBOOK}/${story}`);
  console.log(`== ${story}\n${await page.locator('body').ariaSnapshot()}`);
}
await browser.close();

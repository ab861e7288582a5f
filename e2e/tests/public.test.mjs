// The demo that anybody can open, alone and in a frame of a docs site.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { test, startPublic, openBrowser, signInAtAuthentik } from './wizard.mjs';
import { said } from './language.mjs';

/** Serves a page that shows an address in a frame, under any name of this machine. */
async function startDocs(t, framed) {
  const server = createServer((_, res) => res.writeHead(200, { 'content-type': 'text/html' })
    .end(`<!doctype html><title>Docs</title><iframe src="${framed}" width="1000" height="800"></iframe>`)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}

/** Starts a sandbox and goes through a test sign-in. Only the names of a page are translated, not those of a frame. */
async function signIn(page, within) {
  const name = (english) => (within === page ? english : said(english));
  await within.getByRole('button', { name: name('Start a sandbox') }).click();
  await within.locator('form[action$="/signin"] button').first().click();
  const open = within.getByRole('button', { name: name('Open authentik') });
  const [popup] = await Promise.all([page.waitForEvent('popup'), open.click()]);
  const note = await within.locator('.demo').innerText();
  await signInAtAuthentik(popup, 'ada', /[A-Z2-7]{12}/.exec(note)[0]);
  await within.getByRole('heading', { level: 1, name: name('Sign-in works') }).waitFor();
}

test('a visitor of the public demo signs in, and other browsers see nothing', async (t) => {
  const demo = await startPublic(t);
  const browser = await openBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${demo.url}?at=signin`);
  await signIn(page, page);
  assert.deepEqual(await page.evaluate(() => ({ ...localStorage })), {});
  const other = await browser.newPage();
  assert.equal((await other.goto(page.url())).status(), 404);
});

test('a page that waits says that its sandbox has ended', async (t) => {
  const demo = await startPublic(t);
  const browser = await openBrowser();
  t.after(() => browser.close());
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${demo.url}?at=signin`);
  await page.getByRole('button', { name: 'Start a sandbox' }).click();
  await page.locator('form[action$="/signin"] button').first().click();
  await page.getByRole('button', { name: 'Open authentik' }).waitFor();
  const other = await context.newPage();
  await other.goto(demo.url);
  await other.getByRole('button', { name: 'Delete your sandbox' }).click();
  await page.getByRole('heading', { level: 1, name: 'This sandbox is not open' }).waitFor();
});

test('a link of a docs site leads back to the sandbox that is open', async (t) => {
  const docs = await startDocs(t, 'about:blank');
  const demo = await startPublic(t);
  const browser = await openBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${demo.url}?at=review`);
  await page.getByRole('button', { name: 'Start a sandbox' }).click();
  await page.getByRole('heading', { level: 1, name: 'Review' }).waitFor();
  const sandbox = page.url();
  await page.goto(`http://docs.localhost:${docs}/`);
  await page.evaluate((to) => { location.href = to; }, `${demo.url}?at=review`);
  await page.getByRole('link', { name: 'Continue in your sandbox' }).click();
  await page.getByRole('heading', { level: 1, name: 'Review' }).waitFor();
  assert.equal(page.url(), sandbox);
});

test('a docs site that is named frames the public demo, and another one does not', async (t) => {
  const docs = await startDocs(t, 'about:blank');
  const demo = await startPublic(t, '-frame-origin', `http://docs.localhost:${docs}`);
  const browser = await openBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`http://docs.localhost:${docs}/`);
  const frame = page.frameLocator('iframe');
  const show = (to) => page.evaluate((address) => { document.querySelector('iframe').src = address; }, to);
  await show(`${demo.url}?at=signin`);
  await signIn(page, frame);

  await page.goto(`http://other.localhost:${docs}/`);
  await Promise.all([page.waitForEvent('requestfailed', (request) => request.url() === demo.url), show(demo.url)]);
  assert.equal(await frame.getByRole('button').count(), 0);
});

// Going back never asks whether to send a form again, and coming back finds the addresses.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { said } from './language.mjs';
import { startDemo, openBrowser, comeIn } from './wizard.mjs';

test('Back after a corrected mistake leads to pages, and the token is kept', async (t) => {
  const demo = await startDemo();
  const browser = await openBrowser();
  t.after(() => browser.close());
  t.after(() => demo.stop());
  const page = await browser.newPage();
  const statuses = [];
  page.on('response', (r) => { if (r.request().isNavigationRequest()) statuses.push(r.status()); });
  await comeIn(page, demo);
  await page.getByRole('link', { name: 'Start now' }).click();
  const right = await page.getByLabel('authentik address').inputValue();
  await page.getByLabel('authentik address').fill('not an address');
  await page.getByLabel('API token').fill('typed-before');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByText('A token is entered').waitFor();
  await page.getByLabel('authentik address').fill(right);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('link', { name: /does not accept this token/ }).waitFor(); // the token was sent
  await page.goto(demo.url + 'authentik');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Connect authentik' }).waitFor();
  for (let i = 0; i < 3; i++) {
    const res = await page.goBack();
    if (!res) break;
    assert.equal(res.status(), 200, page.url());
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
  assert.ok(statuses.every((status) => status < 400), `a page was answered with ${statuses}`);
});

test('the addresses outlive a restart, and not signing out', async (t) => {
  const state = await mkdtemp(`${tmpdir()}/authpocket-`);
  t.after(() => rm(state, { recursive: true }));
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address();
  free.close();
  await once(free, 'close');
  const browser = await openBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const start = async () => {
    const program = spawn(new URL('../out/authpocket', import.meta.url).pathname, ['serve', '--listen', `127.0.0.1:${port}`, '--state', state], { stdio: ['ignore', 'pipe', 'ignore'] });
    t.after(() => program.kill('SIGTERM'));
    let text = '';
    program.stdout.setEncoding('utf8').on('data', (chunk) => { text += chunk; });
    while (!text.includes('works once')) await once(program.stdout, 'data');
    await page.goto('about:blank');
    await page.goto(/http:\/\/\S+#code=\S+/.exec(text)[0]);
    await page.getByRole('link', { name: 'Start now' }).click();
    return program;
  };
  const address = page.getByLabel('authentik address');
  const first = await start();
  await address.fill('http://127.0.0.1:9');
  await page.getByLabel('API token').fill('a-token');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('alert').waitFor();
  const ended = once(first, 'exit');
  first.kill('SIGTERM');
  await ended;

  const second = await start();
  assert.equal(await address.inputValue(), 'http://127.0.0.1:9');
  assert.ok(!(await page.content()).match(said('A token is entered')), 'the token has outlived the restart');
  assert.equal(await page.evaluate(() => JSON.stringify(localStorage)), '{"authentik.url":"http://127.0.0.1:9"}');
  await page.goto(`http://127.0.0.1:${port}/forgotten`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Setup code').waitFor();
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  second.kill('SIGTERM');
});

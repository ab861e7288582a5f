// What a person sees of work that goes on while the network between the browser and authpocket fails.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { startDemo, openBrowser, giveAnswers } from './wizard.mjs';

/**
 * Forwards TCP connections until the test ends. mode() sets what becomes of them: "pass", "cut", "mute" for a network
 * that swallows everything, "portal" for a login page in the place of every answer. Each but "mute" cuts those that
 * are open.
 * hold() delays what the server is sent until the function that it returns is called. The server reads its own address
 * in the headers, since authpocket answers under that alone.
 */
export async function startProxy(t, target) {
  const { port, hostname } = new URL(target);
  let now = 'pass';
  let held = Promise.resolve();
  const open = new Set();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    if (now === 'cut') return socket.destroy();
    if (now === 'portal') {
      const page = '<!doctype html><title>Free Wi-Fi</title><h1>Sign in to the Wi-Fi</h1>';
      return socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\nConnection: close\r\n\r\n${page}`));
    }
    const up = connect(port, hostname);
    up.on('error', () => socket.destroy());
    socket.on('close', () => up.destroy());
    up.on('data', (chunk) => { if (now !== 'mute') socket.write(chunk); });
    up.on('end', () => socket.end());
    const theirs = (chunk) => Buffer.from(chunk.toString('latin1').replaceAll(`:${server.address().port}`, `:${port}`), 'latin1');
    socket.on('data', (chunk) => held.then(() => { if (now !== 'mute') up.write(theirs(chunk)); }));
    socket.on('end', () => up.end());
  }).listen(0, '127.0.0.1');
  const cut = () => { for (const socket of open) socket.destroy(); };
  t.after(() => { cut(); server.close(); });
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    mode(next) {
      now = next;
      if (now !== 'mute') cut();
    },
    hold() {
      let release;
      held = new Promise((done) => { release = done; });
      return release;
    },
  };
}

const silence = (page) => page.getByText('authpocket does not respond at the moment');

/** Begins an apply whose first write waits at authentik until release() is called. */
async function applying(t) {
  const demo = await startDemo('-tokens');
  t.after(() => demo.stop());
  const browser = await openBrowser();
  t.after(() => browser.close());
  const [, address, token] = /AUTHENTIK_URL=(\S+) AUTHENTIK_TOKEN=(\S+)/.exec(demo.printed());
  const authentik = await startProxy(t, address);
  const wire = await startProxy(t, demo.url);
  const page = await browser.newPage();
  await giveAnswers(page, { ...demo, url: wire.url, door: wire.url + demo.door.slice(demo.url.length) }, 'Trust every address',
    { 'authentik.url': authentik.url, 'authentik.token': token });
  const release = authentik.hold();
  await page.getByRole('button', { name: /^Apply \d+ changes?$/ }).click();
  await page.getByRole('heading', { level: 1, name: /Applying/ }).waitFor();
  return { page, wire, release };
}

for (const mode of ['cut', 'portal', 'mute']) {
  test(`an apply goes on while the network is ${mode}, and the page says so and catches up`, async (t) => {
    const { page, wire, release } = await applying(t);
    await page.clock.install();
    const stream = page.waitForResponse(/\/events/);
    await page.reload();
    await stream;
    wire.mode(mode);
    if (mode === 'mute') await page.clock.fastForward(40_000);
    await silence(page).waitFor();
    release();
    wire.mode('pass');
    await page.getByRole('heading', { level: 1, name: 'Changes applied' }).waitFor();
    await page.waitForFunction(() => !document.querySelector('[data-live]')._htmx?.sse); // the stream is over
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange'))); // another tab was looked at
    await page.clock.fastForward(60_000);
    assert.deepEqual(asked, [], 'what is over is asked for again');
    assert.ok(!await silence(page).isVisible(), 'the page still says that there is no answer');
  });
}

test('a page whose session is over meanwhile is loaded again, which says so', async (t) => {
  const { page, wire, release } = await applying(t);
  await page.evaluate(() => fetch('/leave', { method: 'POST' }));
  wire.mode('cut'); // the stream begins anew
  wire.mode('pass');
  await page.getByText('Enter the setup code').first().waitFor();
  release();
});

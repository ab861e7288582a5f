// What other pages, names and browsers can do to the wizard: nothing.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { test, startDemo, openBrowser, comeIn, toReview } from './wizard.mjs';

const here = new URL('..', import.meta.url).pathname;

/** Serves one empty page on another port. */
async function startElsewhere(t) {
  const server = createServer((_, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Elsewhere</title>')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}

for (const host of ['127.0.0.1', 'evil.test']) {
  test(`a page of ${host} on another port can neither read nor post nor frame`, async (t) => {
    const demo = await startDemo();
    const browser = await openBrowser();
    t.after(() => browser.close());
    t.after(() => demo.stop());
    const context = await browser.newContext();
    const own = await context.newPage();
    await toReview(own, demo);

    const page = await context.newPage();
    await page.goto(`http://${host}:${await startElsewhere(t)}/`);
    const statuses = {};
    page.on('response', (r) => { if (r.url().startsWith(demo.url)) (statuses[r.request().method()] ??= new Set()).add(r.status()); });
    const got = await page.evaluate(async (url) => {
      const attempt = async (path, options) => {
        try {
          const res = await fetch(url + path, { credentials: 'include', ...options });
          return res.type === 'opaque' ? 'opaque' : await res.text();
        } catch (e) { return 'refused'; }
      };
      const answers = {
        cors: await attempt('review', { mode: 'cors' }),
        blind: await attempt('review', { mode: 'no-cors' }),
        stream: await attempt('verify/events', { mode: 'cors' }),
        json: await attempt('forget', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }),
        form: await attempt('forget', { method: 'POST', mode: 'no-cors', body: new URLSearchParams('a=b') }),
        code: await attempt('door', { method: 'POST', mode: 'no-cors', body: new URLSearchParams('code=A') }),
      };
      const named = document.createElement('iframe');
      named.name = 'target';
      document.body.append(named);
      const form = Object.assign(document.createElement('form'), { method: 'post', action: url + 'restart', target: 'target' });
      document.body.append(form);
      const sent = new Promise((done) => named.addEventListener('load', done));
      form.submit();
      await sent;
      const frame = Object.assign(document.createElement('iframe'), { src: url + 'review' });
      const loaded = new Promise((done) => frame.addEventListener('load', done));
      document.body.append(frame);
      await loaded;
      return answers;
    }, demo.url);
    for (const [how, answer] of Object.entries(got)) assert.match(answer, /^(refused|opaque)$/, how);
    for (const [method, codes] of Object.entries(statuses)) assert.deepEqual([...codes], [403], method);
    for (const frame of page.frames().slice(1)) {
      // A frame is blank until the browser has told that it refuses the page.
      for (let i = 0; i < 100 && frame.url() === 'about:blank'; i++) await page.waitForTimeout(50);
      assert.match(frame.url(), /^(chrome-error:.*)?$/, 'it is shown in a frame');
    }

    await own.reload();
    await own.getByRole('heading', { level: 1, name: /Review/ }).waitFor(); // the session stands
  });
}

test('a name that was made to lead here is refused', async (t) => {
  const demo = await startDemo();
  const browser = await openBrowser();
  t.after(() => browser.close());
  t.after(() => demo.stop());
  const page = await browser.newPage();
  for (const path of ['', 'review', 'healthz', 'nowhere']) {
    const res = await page.goto(demo.url.replace('127.0.0.1', 'evil.test') + path);
    assert.equal(res.status(), 421, path);
    const said = await res.text();
    assert.match(said, /^Nothing is served at this address\./, path);
    assert.doesNotMatch(said, /authpocket|authentik|pocketbase/i, path);
  }
  await page.goto(demo.url.replace('127.0.0.1', 'wizard.localhost'));
  await page.getByLabel('Setup code').waitFor();
});

test('the code opens any page once and leaves the address bar', async (t) => {
  const demo = await startDemo();
  const browser = await openBrowser();
  t.after(() => browser.close());
  t.after(() => demo.stop());
  const first = await browser.newContext();
  const page = await first.newPage();
  const seen = [];
  page.on('request', (r) => seen.push(r.url()));
  await page.goto(`${demo.url}permissions?x=1${new URL(demo.door).hash}`);
  await page.waitForURL(`${demo.url}permissions?x=1`);
  await page.getByText('add_application').first().waitFor();
  assert.equal(page.url(), `${demo.url}permissions?x=1`);
  assert.ok(seen.every((url) => !/[?&]code=/.test(url)), 'the code was in no query');
  const cookies = (await first.cookies()).filter((c) => c.name.includes('door'));
  assert.deepEqual(cookies.map((c) => [c.name, c.secure, c.httpOnly, c.sameSite]), [['__Host-authpocket-door', true, true, 'Strict']]);
  await page.goto(demo.door);
  await page.getByRole('link', { name: 'Start now' }).waitFor();
  assert.equal(page.url(), demo.url, 'inside, too, the code leaves the address bar');

  const second = await (await browser.newContext()).newPage();
  await second.goto(demo.door);
  await second.getByText('This code was already used').first().waitFor();
  assert.ok(!second.url().includes('code='));
  const used = new URL(demo.door).hash.slice('#code='.length);
  do { // a moment has to pass after the first code
    await second.getByRole('button', { name: 'Print a new code' }).click();
    await second.getByText(/The code was printed|A code was just printed/).first().waitFor();
  } while (await second.getByText('A code was just printed').count());
  assert.ok(!(await second.content()).includes(await demo.nextCode(used)), 'the page shows the code');
  await second.goto(`${demo.url}#code=${await demo.nextCode(used)}`);
  await second.getByRole('link', { name: 'Start now' }).waitFor();
});

test('without JavaScript the code is typed', async (t) => {
  const demo = await startDemo();
  const browser = await openBrowser();
  t.after(() => browser.close());
  t.after(() => demo.stop());
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(demo.url);
  await page.getByLabel('Setup code').fill('AAAA-AAAA');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('Wrong code').first().waitFor();
  await comeIn(page, demo, false);
});

test('plain http under a name of the network works when it is asked for', async (t) => {
  const state = await mkdtemp(`${tmpdir()}/authpocket-`);
  t.after(() => rm(state, { recursive: true }));
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address();
  free.close();
  await once(free, 'close');
  const args = ['serve', '--listen', `0.0.0.0:${port}`, '--public-url', `http://wizard.lan:${port}`, '--state', state];
  const refused = spawn(`${here}out/authpocket`, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const words = (await refused.stderr.setEncoding('utf8').toArray()).join('');
  assert.match(words, /--insecure-http/);

  const program = spawn(`${here}out/authpocket`, [...args, '--insecure-http'], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => program.kill('SIGTERM'));
  let text = '';
  program.stdout.setEncoding('utf8').on('data', (chunk) => { text += chunk; });
  while (!text.includes('works once')) await once(program.stdout, 'data');
  const browser = await openBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(/http:\/\/\S+#code=\S+/.exec(text)[0]);
  await page.getByRole('link', { name: 'Start now' }).click();
  await page.getByLabel(/address/i).fill('not an address');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('alert').waitFor();
});

// What the browser tests share: the demo as a real program, Chromium, and the
// way through the wizard.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { chromium } from 'playwright-core';
import { asIs, language, said, speak } from './language.mjs';

const here = new URL('..', import.meta.url).pathname;

const counted = new WeakMap(); // what a person does on a page, by page

/** Counts from now on what a test does on a page as a person would: clicks, and values typed or pasted, an address among them. */
export function count(page) {
  const counts = { clicks: 0, typed: 0 };
  counted.set(page, counts);
  const watch = (it, method, key) => {
    const kind = Object.getPrototypeOf(it);
    const before = kind[method];
    if (before.counts) return;
    kind[method] = function (...args) {
      const of = counted.get(typeof this.page === 'function' ? this.page() : this);
      if (of) of[key]++;
      return before.apply(this, args);
    };
    kind[method].counts = true;
  };
  for (const method of ['click', 'check', 'uncheck', 'selectOption']) watch(page.locator('main'), method, 'clicks');
  for (const method of ['fill', 'pressSequentially']) watch(page.locator('main'), method, 'typed');
  watch(page, 'goto', 'typed');
  return counts;
}

async function startProgram(...args) {
  const program = spawn(`${here}out/authpocket-demo`, ['-listen', '127.0.0.1:0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  program.stdout.setEncoding('utf8').on('data', (chunk) => { text += chunk; });
  while (!text.includes('Ctrl-C')) await once(program.stdout, 'data');
  const stop = async () => {
    const ended = once(program, 'exit');
    program.kill('SIGTERM');
    const [code] = await ended;
    return code;
  };
  return { program, printed: () => text, stop };
}

/** Starts the storybook on a free port. Returns its address and the names of all stories. */
export async function startStorybook() {
  const { printed, stop } = await startProgram('-storybook');
  const url = /http:\/\/\S+/.exec(printed())[0];
  const index = await (await fetch(url)).text();
  return { url, names: [...index.matchAll(/<li><a href="\/([\w-]+)">/g)].map((found) => found[1]), stop };
}

/** Starts the demo that anybody can open, below a path of demo.localhost, until the test ends. */
export async function startPublic(t, ...args) {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address();
  free.close();
  await once(free, 'close');
  const url = `http://demo.localhost:${port}/try/`;
  const { stop } = await startProgram('-public', '-listen', `127.0.0.1:${port}`, '-public-url', url, '-drain', '0s', ...args);
  t.after(stop);
  return { url };
}

/**
 * Starts the demo on a free port. Returns its address, the first setup code
 * (in the address: door), all that it printed so far (printed) and ada's password. With -tokens it also prints what
 * an admin types.
 */
export async function startDemo(...args) {
  const { program, printed, stop } = await startProgram(...args);
  const door = /http:\/\/\S+#code=\S+/.exec(printed())[0];
  const url = door.split('#')[0];
  const nextCode = async (than) => {
    for (;;) {
      const code = [...printed().matchAll(/#code=(\w+)/g)].at(-1)[1];
      if (code !== than) return code;
      await once(program.stdout, 'data');
    }
  };
  const password = /with the password (\S+)\./.exec(printed())[1];
  return { url, door, nextCode, printed, password, stop };
}

const waiting = []; // tests that were added and not begun

/** Adds a test. All tests that files add while they are imported run in one Chromium, a few at a time. */
export function test(name, body) {
  if (waiting.push([name, body]) > 1) return;
  setImmediate(() => describe('in a browser', { concurrency: 3 }, () => {
    for (const one of waiting.splice(0)) it(...one);
  }));
}

let shared; // the Chromium of all tests
after(async () => (await shared)?.close());

/** Opens contexts of the shared Chromium, which close() closes. The names of other hosts lead it here. */
export async function openBrowser() {
  const browser = await (shared ??= chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking',
      '--host-resolver-rules=MAP evil.test 127.0.0.1, MAP wizard.lan 127.0.0.1'],
  }));
  const contexts = [];
  const newContext = async (options) => {
    const context = await browser.newContext({ reducedMotion: 'reduce', locale: language, ...options }); // drawing motion takes most of the time
    const { newPage } = context;
    context.newPage = async () => speak(await newPage.call(context));
    contexts.push(context);
    return context;
  };
  const close = async () => {
    for (const context of contexts) { // what a page still asks for is not answered any more
      for (const page of context.pages()) await page.unrouteAll({ behavior: 'ignoreErrors' });
      await context.unrouteAll({ behavior: 'ignoreErrors' });
      await context.close();
    }
  };
  return { newContext, newPage: async () => (await newContext()).newPage(), close };
}

/** Goes in with the setup code: by the address, or typed without JavaScript. */
export async function comeIn(page, demo, javaScriptEnabled = true) {
  if (javaScriptEnabled) {
    await page.goto(demo.door);
  } else {
    await page.goto(demo.url);
    await page.getByLabel('Setup code').fill(/setup code (\S+)/.exec(demo.printed())[1].toLowerCase());
    await page.getByRole('button', { name: 'Continue' }).click();
  }
  await page.getByRole('link', { name: 'Start now' }).waitFor();
}

/** Goes from the start page to the review page, choosing to trust every address. */
export async function toReview(page, demo, javaScriptEnabled = true) {
  await comeIn(page, demo, javaScriptEnabled);
  await page.getByRole('link', { name: 'Start now' }).click();
  await page.getByRole('heading', { level: 1, name: 'Connect authentik' }).waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { level: 1, name: 'Connect PocketBase' }).waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  await page.getByRole('radio', { name: 'Trust every address' }).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { level: 1, name: /Review/ }).waitFor();
}

/**
 * Gives the answers up to the review, as the pages' forms would send them, and shows only the review page. given are
 * values of fields by their names, in the place of those that the forms propose.
 */
export async function giveAnswers(page, demo, email = 'Trust every address', given = {}) {
  await comeIn(page, demo);
  const reached = await page.evaluate(async ([email, given]) => {
    let path = '/authentik';
    for (const next of ['/pocketbase', '/settings', '/review']) {
      const shown = new DOMParser().parseFromString(await (await fetch(path)).text(), 'text/html');
      const form = shown.querySelector(`main form[method=post][action^="${path}"]`);
      for (const label of form.querySelectorAll('label')) {
        const input = label.control ?? label.querySelector('input');
        if (input?.type === 'radio' && label.textContent.trim().match(email)) input.checked = true;
      }
      for (const [name, value] of Object.entries(given)) if (form.elements[name]) form.elements[name].value = value;
      const answer = await fetch(form.getAttribute('action'), { method: 'POST', body: new URLSearchParams(new FormData(form)) });
      path = new URL(answer.url).pathname;
      if (path !== next) return path;
    }
    return path;
  }, [said(email, true), given]);
  assert.equal(reached, '/review');
  await page.goto(demo.url + 'review');
  await page.getByRole('heading', { level: 1, name: /Review/ }).waitFor();
}

/** Goes from the review page to Done. */
export async function toDone(page) {
  await page.getByRole('button', { name: /^Apply \d+ changes?$/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Changes applied' }).waitFor();
  await page.getByRole('link', { name: 'Run checks' }).or(page.getByRole('button', { name: 'Run checks' })).click();
  await page.getByText('stands in the way').waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: 'Finish' }).or(page.getByRole('button', { name: 'Finish' })).click();
  await page.getByRole('heading', { level: 1, name: /linked/ }).waitFor();
}

/** Reads what the snippet on the Done page would do. */
export async function readSnippet(page) {
  const text = await page.locator('pre').first().innerText();
  return {
    base: /new PocketBase\("([^"]+)"\)/.exec(text)[1],
    collection: /collection\("([^"]+)"\)/.exec(text)[1],
    provider: /provider: "([^"]+)"/.exec(text)[1],
  };
}

/** Serves an app that does what the snippet says, with the real SDK. */
export async function startApp({ base, collection, provider }) {
  const sdk = await readFile(`${here}node_modules/pocketbase/dist/pocketbase.umd.js`);
  const html = `<!doctype html><title>App</title><button>Sign in</button><output></output><script src="/sdk.js"></script><script>
    const pb = new PocketBase(${JSON.stringify(base)});
    document.querySelector('button').onclick = () => pb.collection(${JSON.stringify(collection)}).authWithOAuth2({ provider: ${JSON.stringify(provider)} })
      .then(a => document.querySelector('output').textContent = JSON.stringify({ email: a.record.email, verified: a.record.verified, name: a.record.name, isNew: a.meta.isNew }))
      .catch(e => document.querySelector('output').textContent = JSON.stringify({ error: String(e), response: e.response }));
  </script>`;
  const server = createServer((req, res) => {
    const script = req.url === '/sdk.js';
    res.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html' }).end(script ? sdk : html);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

/** Signs in at authentik's login page. */
export async function signInAtAuthentik(page, username, password) {
  await page.getByLabel(asIs(/user ?name|e-?mail/i)).fill(username);
  await page.getByLabel(asIs(/password/i)).fill(password);
  await page.getByRole('button', { name: asIs(/log in|sign in|continue/i) }).click();
}

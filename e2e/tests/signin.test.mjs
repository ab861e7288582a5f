import assert from 'node:assert/strict';
import { asIs, language } from './language.mjs';
import { test, startDemo, openBrowser, giveAnswers, signInAtAuthentik } from './wizard.mjs';

/** A demo whose link is made with that e-mail decision. Errors of the page are kept. */
async function linked(t, email) {
  const demo = await startDemo();
  const browser = await openBrowser();
  t.after(() => browser.close());
  t.after(() => demo.stop());
  const page = await (await browser.newContext()).newPage();
  const errors = [];
  page.on('pageerror', (e) => errors.push(String(e)));
  page.on('console', (m) => { if (m.text().includes('Content Security Policy')) errors.push(m.text()); });
  await giveAnswers(page, demo, email);
  await page.getByRole('button', { name: /^Apply \d+ changes?$/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Changes applied' }).waitFor();
  return { demo, browser, page, errors };
}

/** Begins a test and goes to its page. */
async function begin(page, url, person) {
  await page.goto(url + 'signin');
  if (person) await page.getByLabel('Check as user').fill(person);
  await page.getByRole('button', { name: 'Test sign-in' }).click();
  await page.getByRole('button', { name: 'Open authentik' }).waitFor();
}

/** Presses the button and returns the window that opens. */
async function openWindow(page) {
  const [popup] = await Promise.all([page.waitForEvent('popup'), page.getByRole('button', { name: 'Open authentik' }).click()]);
  return popup;
}

async function signIn(page, password) {
  await signInAtAuthentik(await openWindow(page), 'ada', password);
}

test('a sign-in works, its account is deleted, and the next one is as predicted', async (t) => {
  const { demo, page, errors } = await linked(t);
  await begin(page, demo.url);
  await signIn(page, demo.password);
  await page.getByRole('heading', { level: 1, name: 'Sign-in works' }).waitFor();
  await page.getByText('A new account was created').first().waitFor();
  await page.getByLabel('Delete this account').fill('ada@example.com');
  await page.getByRole('button', { name: 'Delete the account' }).click();
  await page.getByText('The account and its link to authentik were deleted').waitFor();

  await begin(page, demo.url, 'ada');
  await page.getByText('A new account is created for ada@example.com').first().waitFor();
  await openWindow(page); // authentik knows ada from before
  await page.getByText('As predicted').waitFor();
  assert.deepEqual(errors, []);
});

test('a window that was closed is said to be, and ends nothing by itself', async (t) => {
  const { demo, page } = await linked(t);
  await begin(page, demo.url);
  const popup = await openWindow(page);
  await popup.getByLabel(asIs(/user ?name|e-?mail/i)).waitFor();
  await popup.close();
  await page.getByText('The window seems to be closed. Still waiting for the result.').waitFor();
  await page.getByRole('button', { name: 'Cancel the test' }).click();
  await page.getByRole('heading', { level: 1, name: 'Sign-in failed' }).waitFor({ timeout: 60_000 });
  await page.getByText('The sign-in was not finished').first().waitFor();
});

test('an address that is not verified fails, and the fix is a plan', async (t) => {
  const { demo, page } = await linked(t, /^Keep addresses/);
  await begin(page, demo.url, 'ada');
  await page.getByText('Cannot be blank').first().waitFor();
  await signIn(page, demo.password);
  await page.getByRole('heading', { level: 1, name: 'Sign-in failed' }).waitFor({ timeout: 60_000 });
  await page.locator('#outcome').getByText('authentik says that the e-mail address is not verified').waitFor();
  await page.locator('#outcome').getByRole('link', { name: 'Trust every address' }).click();
  await page.getByRole('heading', { level: 1, name: 'Review 2 changes' }).waitFor();
  await page.getByRole('button', { name: 'Apply 2 changes' }).click();
  await page.getByRole('link', { name: 'Continue the test' }).click();
  await page.getByRole('button', { name: 'Test sign-in' }).click();
  await openWindow(page);
  await page.getByRole('heading', { level: 1, name: 'Sign-in works' }).waitFor();
});

test('somebody else tries, once, and is told only whether it worked', async (t) => {
  const { demo, browser, page } = await linked(t);
  await page.goto(demo.url + 'signin');
  await page.getByRole('button', { name: 'Invite another user' }).click();
  const link = await page.locator('#link').innerText();
  await page.getByRole('link', { name: 'Follow the test' }).click();
  await page.getByRole('heading', { level: 1, name: 'Waiting for the link to be opened' }).waitFor();

  const other = await (await browser.newContext()).newPage();
  await other.goto(link);
  await other.getByRole('button', { name: 'Start' }).click();
  await signIn(other, demo.password);
  await other.getByRole('heading', { level: 1, name: 'Sign-in works' }).waitFor();
  assert.doesNotMatch(await other.locator('main').innerText(), /ada@example.com/);
  await page.getByRole('heading', { level: 1, name: 'Sign-in works' }).waitFor();
  await page.getByText('ada@example.com').first().waitFor();

  const late = await (await browser.newContext()).newPage();
  await late.goto(link);
  await late.getByRole('heading', { level: 1, name: 'This link no longer works' }).waitFor();
});

test('a window that the browser blocks is said to be', async (t) => {
  const { demo, page } = await linked(t);
  await page.addInitScript(() => { window.open = () => null; }); // what a page gets from a browser that blocks it
  await begin(page, demo.url);
  await page.getByRole('button', { name: 'Open authentik' }).click();
  await page.getByText('The browser blocked the window').waitFor();
  await page.getByRole('button', { name: 'Open authentik' }).waitFor(); // to be pressed again
});

test('a browser that does not reach PocketBase is told before, and goes the other way', async (t) => {
  const { demo, page } = await linked(t);
  await begin(page, demo.url);
  assert.equal(await page.getByText('The browser cannot reach PocketBase').isVisible(), false);
  const health = await page.locator('[data-signin]').getAttribute('data-health');
  await page.context().route(new URL(health).origin + '/**', (route) => route.abort());
  await page.reload();
  await page.getByText('The browser cannot reach PocketBase').waitFor();
  await page.getByRole('link', { name: 'Test through authpocket' }).filter({ visible: true }).click();
  await page.getByRole('link', { name: 'Add the redirect URI' }).click();
  await page.getByRole('button', { name: 'Apply 1 change' }).click();
  await page.getByRole('link', { name: 'Continue the test' }).click();
  await page.getByRole('button', { name: 'Test sign-in' }).click();
  const [tab] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('link', { name: 'Open authentik' }).click()]);
  await signInAtAuthentik(tab, 'ada', demo.password);
  await page.getByRole('heading', { level: 1, name: 'Sign-in works' }).waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: 'Remove it' }).click();
  await page.getByRole('button', { name: 'Apply 1 change' }).click();
  await page.getByRole('heading', { level: 1, name: 'Changes applied' }).waitFor();
});

test('a page over https is told that it may not call a PocketBase over http', async (t) => {
  const { demo, page } = await linked(t);
  await begin(page, demo.url);
  const { pathname } = new URL(page.url());
  const health = await page.locator('[data-signin]').getAttribute('data-health');
  const pocketbase = new URL(health).origin;
  await page.route('https://wizard.example/**', async (route) => { // as behind a proxy that speaks https
    if (route.request().url().includes('/events')) return route.abort(); // it would not end
    const answer = await page.context().request.get(demo.url.replace(/\/$/, '') + new URL(route.request().url()).pathname,
      { headers: { 'accept-language': language } });
    const body = (await answer.text()).replaceAll(pocketbase, 'http://pocketbase.example:8090');
    await route.fulfill({ status: answer.status(), contentType: answer.headers()['content-type'], body });
  });
  await page.goto('https://wizard.example' + pathname);
  await page.getByText('The browser blocks requests to PocketBase').waitFor();
});

test('a window that cut itself off from the page is waited for', async (t) => {
  const { demo, page, errors } = await linked(t);
  await page.context().route('**/api/oauth2-redirect*', async (route) => { // as PocketBase 0.40 answers
    const answer = await route.fetch({ maxRedirects: 0 });
    await route.fulfill({ response: answer, headers: { ...answer.headers(), 'cross-origin-opener-policy': 'same-origin' } });
  });
  await begin(page, demo.url);
  await signIn(page, demo.password);
  await page.getByRole('heading', { level: 1, name: 'Sign-in works' }).waitFor({ timeout: 60_000 });
  assert.deepEqual(errors, []);
});

/** Answers PocketBase's own paths in its place. A handler that returns nothing lets it answer itself. */
async function atPocketBase(page, handler) {
  const health = await page.locator('[data-signin]').getAttribute('data-health');
  await page.context().route(new URL(health).origin + '/api/**', async (route) => {
    const request = route.request();
    const answer = handler(request.method(), new URL(request.url()).pathname);
    if (answer === 'abort') return route.abort();
    return answer ? route.fulfill(answer) : route.fallback();
  });
}

async function verdictIs(page, title) {
  await page.getByRole('heading', { level: 1, name: 'Sign-in failed' }).waitFor({ timeout: 90_000 });
  await page.locator('#outcome').getByText(title).first().waitFor();
}

const readable = { 'access-control-allow-origin': '*' };

test('the button waits until it is known whether PocketBase can be called', async (t) => {
  const { demo, page } = await linked(t);
  await begin(page, demo.url);
  let answer;
  const asked = new Promise((go) => { answer = go; });
  const health = await page.locator('[data-signin]').getAttribute('data-health');
  await page.context().route(health, async (route) => { await asked; return route.continue(); });
  await page.reload();
  const button = page.getByRole('button', { name: 'Open authentik' });
  await button.waitFor();
  assert.equal(await button.isDisabled(), true);
  await page.getByText('Checking whether PocketBase accepts requests from this page').waitFor();
  answer();
  await page.locator('[data-begin]:enabled').waitFor();
  assert.equal(await page.getByText('Checking whether PocketBase').isVisible(), false);
});

test('origins that leave the page out are told before, and named after', async (t) => {
  const { demo, page } = await linked(t);
  await begin(page, demo.url);
  const others = { 'access-control-allow-origin': 'https://app.example' };
  await atPocketBase(page, () => ({ status: 200, headers: others, contentType: 'application/json', body: '{}' }));
  await page.reload();
  await page.getByText('PocketBase rejects requests from this page').waitFor();
  assert.equal(await page.getByText('The browser cannot reach PocketBase').isVisible(), false);
  await openWindow(page);
  await verdictIs(page, "PocketBase's allowed origins leave the page out");
});

test('a PocketBase that the browser cannot reach is named', async (t) => {
  const { demo, page } = await linked(t);
  await begin(page, demo.url);
  await atPocketBase(page, () => 'abort');
  await openWindow(page);
  await verdictIs(page, 'The browser cannot reach PocketBase');
});

test('a subscription that is refused is named, with its status', async (t) => {
  const { demo, page } = await linked(t);
  await begin(page, demo.url);
  await atPocketBase(page, (method, path) => method === 'POST' && path.endsWith('/realtime')
    ? { status: 404, headers: readable, contentType: 'application/json', body: '{}' } : undefined);
  await openWindow(page);
  await verdictIs(page, "PocketBase's event stream is refused");
  await page.getByText('/api/realtime returned 404 to the page').waitFor();
});

test('an event stream that is none is named, and none that is held back', async (t) => {
  const { demo, page } = await linked(t);
  await begin(page, demo.url);
  await atPocketBase(page, (method, path) => method === 'GET' && path.endsWith('/realtime')
    ? { status: 502, headers: readable, contentType: 'text/html', body: '<html>' } : undefined);
  await openWindow(page);
  await verdictIs(page, "PocketBase's event stream is refused");
});

test('an event stream that breaks off is named', async (t) => {
  const { demo, page } = await linked(t);
  await begin(page, demo.url);
  const hello = `event:PB_CONNECT\ndata:{"clientId":"${'c'.repeat(40)}"}\n\n`;
  await atPocketBase(page, (method, path) => {
    if (!path.endsWith('/realtime')) return undefined;
    if (method === 'GET') return { status: 200, headers: readable, contentType: 'text/event-stream', body: hello };
    return { status: 204, headers: { ...readable, 'access-control-allow-headers': '*' } };
  });
  await openWindow(page);
  await verdictIs(page, "PocketBase's event stream breaks off");
});

test('a report that is lost on the way is sent again', async (t) => {
  const { demo, page, errors } = await linked(t);
  await begin(page, demo.url);
  let lost = 0;
  await page.route('**/return', (route) => (lost++ < 2 ? route.abort() : route.continue()));
  await signIn(page, demo.password);
  await page.getByRole('heading', { level: 1, name: 'Sign-in works' }).waitFor({ timeout: 60_000 });
  assert.equal(lost, 3);
  assert.deepEqual(errors, []);
});

test('a page that authpocket does not know any more says so, and goes on nowhere', async (t) => {
  const { demo, page, errors } = await linked(t);
  await begin(page, demo.url);
  await page.route('**/stage', (route) => route.fulfill({ status: 404, body: 'gone' }));
  const popup = await openWindow(page);
  await page.getByText('authpocket did not receive the result').waitFor();
  assert.equal(await page.getByText('This test has already started').isVisible(), false);
  if (!popup.isClosed()) await popup.waitForEvent('close');

  await page.unroute('**/stage');
  await page.reload();
  await page.locator('[data-begin]:enabled').waitFor();
  await page.route('**/return', (route) => route.abort());
  await openWindow(page);
  await page.getByRole('button', { name: 'Cancel' }).filter({ visible: true }).first().click();
  await page.getByText('authpocket did not receive the result').waitFor({ timeout: 60_000 });
  assert.deepEqual(errors, []);
});

test('the new window says what is waited for, and goes on by itself', async (t) => {
  const { demo, page, errors } = await linked(t);
  await begin(page, demo.url);
  const health = await page.locator('[data-signin]').getAttribute('data-health');
  let answer;
  const asked = new Promise((go) => { answer = go; });
  await page.context().route(new URL(health).origin + '/api/**', async (route) => { // silent for a while
    if (new URL(route.request().url()).pathname.endsWith('/realtime')) await asked;
    return route.continue();
  });
  const popup = await openWindow(page);
  await popup.getByRole('heading', { level: 1, name: 'Waiting for PocketBase' }).waitFor();
  await popup.getByText('This takes at most 30 seconds. This window then opens authentik by itself, or closes if ' +
    'PocketBase does not respond.').waitFor();
  await page.getByText('Until PocketBase responds, at most 30 seconds, the window shows that it is waiting.').waitFor();
  answer();
  await signInAtAuthentik(popup, 'ada', demo.password);
  await page.getByRole('heading', { level: 1, name: 'Sign-in works' }).waitFor({ timeout: 60_000 });
  assert.deepEqual(errors, []);
});

test('the new window closes where PocketBase stays silent', async (t) => {
  const { demo, page, errors } = await linked(t);
  await begin(page, demo.url);
  const health = await page.locator('[data-signin]').getAttribute('data-health');
  await page.context().route(new URL(health).origin + '/api/**', () => {});
  const popup = await openWindow(page);
  await popup.getByRole('heading', { level: 1, name: 'Waiting for PocketBase' }).waitFor();
  if (!popup.isClosed()) await popup.waitForEvent('close', { timeout: 60_000 });
  await verdictIs(page, 'The browser cannot reach PocketBase');
  assert.deepEqual(errors, []);
});

// The whole way by keyboard alone: Tab, Space, Enter and the arrow keys.
import assert from 'node:assert/strict';
import { test, startDemo, openBrowser, comeIn } from './wizard.mjs';
import { said } from './language.mjs';

/** Tells what has the focus, and whether a person sees that it does. */
const focused = (page) => page.evaluate(() => {
  const it = document.activeElement;
  const box = it.getBoundingClientRect();
  const look = (of) => { const s = getComputedStyle(of); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor].join(); };
  const marks = [it, it.closest('label'), it.nextElementSibling, it.parentElement].filter(Boolean);
  const shown = marks.map(look).join();
  const inSight = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  it.blur();
  const plain = marks.map(look).join();
  it.focus({ preventScroll: true });
  return { tag: it.localName, type: it.type ?? '', name: it.getAttribute('name') ?? '', value: it.value ?? '', inSight, marked: shown !== plain,
    text: (it.labels?.[0] ?? it).textContent.trim().replaceAll(/\s+/g, ' ') };
});

/** Presses Tab until something fits, and holds every stop on the way to being visible. */
async function tabTo(page, what, fits) {
  const seen = [];
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (at.tag === 'body') continue;
    assert.ok(at.inSight && at.marked, `the focus is not visible on ${JSON.stringify(at)} at ${page.url()}`);
    if (fits(at)) return at;
    seen.push(at.text || at.name);
  }
  assert.fail(`Tab does not lead to ${what} at ${page.url()}, but to ${seen.join(' | ')}`);
}

const matches = (text, name) => {
  const pattern = said(name, true);
  return pattern instanceof RegExp ? pattern.test(text) : text === pattern;
};
const press = async (page, tag, name, key = 'Enter') => {
  await tabTo(page, name, (at) => at.tag === tag && matches(at.text, name));
  await page.keyboard.press(key);
};

/** Waits for a page, and fails where it does not begin at its top, or at its first problem. */
async function arrive(page, name, on = ['body', 'h1']) {
  await page.getByRole('heading', { level: 1, name }).waitFor();
  const at = await page.evaluate(() => document.activeElement.localName);
  assert.ok(on.includes(at), `${page.url()} begins at ${at}`);
}

test('from the start to a proved link with the keyboard alone', async (t) => {
  const demo = await startDemo();
  const browser = await openBrowser();
  t.after(() => browser.close());
  t.after(() => demo.stop());
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await comeIn(page, demo);
  const first = await tabTo(page, 'the first stop', () => true);
  assert.equal(first.tag, 'a');
  assert.ok(matches(first.text, 'Skip to main content'), `the first stop is ${first.text}`);
  await press(page, 'a', 'Start now');
  await arrive(page, 'Connect authentik');
  await press(page, 'button', 'Continue');
  await arrive(page, 'Connect PocketBase');
  await press(page, 'button', 'Continue');
  await arrive(page, 'Settings');

  // without the one answer that it needs, the page comes back and begins with what is missing
  await press(page, 'button', 'Continue');
  await page.locator('.summary').waitFor();
  const wrong = await page.evaluate(() => document.activeElement.closest('.summary')?.textContent ?? '');
  assert.ok(wrong.includes('e-mail') || wrong.includes('E-Mail'), `it begins with ${JSON.stringify(wrong)}`);
  await tabTo(page, 'the problem', (at) => at.tag === 'a');
  await page.keyboard.press('Enter');
  const radio = await focused(page);
  assert.equal(`${radio.type} ${radio.name}`, 'radio email', 'a problem leads to its field');
  await page.keyboard.press('Space');
  for (let i = 0; i < 4 && (await focused(page)).value !== 'trust-all'; i++) await page.keyboard.press('ArrowDown');
  assert.equal((await focused(page)).value, 'trust-all', 'the arrow keys choose');
  await press(page, 'button', 'Continue');
  await arrive(page, /Review/);
  await tabTo(page, 'apply', (at) => at.tag === 'button' && at.type === 'submit' && /\d/.test(at.text));
  await page.keyboard.press('Space');
  await page.getByRole('heading', { level: 1, name: 'Changes applied' }).waitFor();
  await press(page, 'a', 'Prove it now');
  await arrive(page, /^Review proof/);
  await press(page, 'button', 'Prove it now');
  await page.getByRole('heading', { level: 1, name: 'Sign-in works' }).waitFor();
  await page.locator('.wire-word', { hasText: said('proved') }).waitFor();
});

// The browser tests name what they look for in English. With AUTHPOCKET_LANGUAGE=de they find it in German: names are
// looked up in the catalogue, whole or as parts of its texts.
import { readFileSync } from 'node:fs';

export const language = process.env.AUTHPOCKET_LANGUAGE || 'en';

const catalogue = Object.entries(JSON.parse(
  readFileSync(new URL(`../../internal/say/languages/${language}.json`, import.meta.url), 'utf8')).texts)
  .map(([format, said]) => ({ format: plain(format), forms: (typeof said === 'string' ? [said] : Object.values(said)).map(plain) }));

function plain(format) {
  return format.replaceAll(/<[^>]*>/g, '').replaceAll('%%', '%');
}

const verb = /%(?:\[\d+\])?[sdq]/;
const escape = (text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
/** Returns the source of a pattern for a format, in which values are anything. */
const pattern = (format) => format.split(verb).map(escape).join('(.+?)');
/** Puts the name of its value in the place of an address or a number. */
const withoutValues = (name) => name.replaceAll(/\S+@\S+\w|\b\d+\b/g, '%s');

/** Marks a name on a page of another program, which speaks English only. */
export const asIs = (name) => (language === 'en' ? name : { name });

/** Returns a pattern for an English name in the language of the tests. */
export function said(name, exact = false) {
  if (language === 'en') return name;
  if (name.name) return name.name;
  const found = texts(name, exact);
  if (found.length === 0) return name; // what no catalogue has, such as the name of an account
  const any = found.flatMap(({ forms, values }) => forms.map((form) => filled(form, values))).join('|');
  return new RegExp(exact ? `^(?:${any})$` : `(?:${any})`, exact ? '' : 'i');
}

/** Returns the source of a pattern for a translation with the numbers of the English name. */
function filled(form, values = []) {
  let next = 0;
  return form.split(/(%(?:\[\d+\])?[sdq])/).map((part) => {
    if (!verb.test(part)) return escape(part);
    const place = /\[(\d+)\]/.exec(part);
    const value = values[place ? place[1] - 1 : next++];
    return /^\d+$/.test(value ?? '') ? value : '.+?';
  }).join('');
}

/** Returns the texts that a name means: the very text, else those with values, else those that the name is a part of. */
function texts(name, exact) {
  if (name instanceof RegExp) {
    return catalogue.filter(({ format }) => name.test(format.split(verb).join('3')) || name.test(format));
  }
  const same = catalogue.filter(({ format }) => format === name);
  if (same.length > 0) return same;
  const full = catalogue.flatMap((text) => {
    const values = verb.test(text.format) && /[a-z]{3}/i.test(text.format.replaceAll(/%\S+/g, '')) &&
      new RegExp(`^${pattern(text.format)}$`).exec(name);
    return values ? [{ ...text, values: values.slice(1) }] : [];
  });
  if (full.length > 0 || exact) return full;
  const part = withoutValues(name).toLowerCase();
  return catalogue.filter(({ format }) => format.replaceAll(/%(?:\[\d+\])?[dq]/g, '%s').toLowerCase().includes(part));
}

/** Makes a page and its locators look for what is said in the language of the tests. */
export function speak(page) {
  for (const it of language === 'en' ? [] : [page, page.locator('main')]) {
    const kind = Object.getPrototypeOf(it);
    if (kind.speaks) continue;
    kind.speaks = true;
    const { getByRole, getByText, getByLabel } = kind;
    kind.getByRole = function (role, options = {}) {
      const { name, exact, ...others } = options;
      return getByRole.call(this, role, name === undefined ? options : { ...others, name: said(name, exact) });
    };
    kind.getByText = function (text, options = {}) { return getByText.call(this, said(text, options.exact)); };
    kind.getByLabel = function (text, options = {}) { return getByLabel.call(this, said(text, options.exact)); };
  }
  return page;
}

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
const pattern = (format, values = '.+?') => format.split(verb).map(escape).join(values);

/** Marks a name on a page of another program, which speaks English only. */
export const asIs = (name) => (language === 'en' ? name : { name });

/** Returns a pattern for an English name in the language of the tests. */
export function said(name, exact = false) {
  if (language === 'en') return name;
  if (name.name) return name.name;
  const found = texts(name);
  if (found.length === 0) return name; // what no catalogue has, such as the name of an account
  const any = found.flatMap(({ forms }) => forms.map((form) => pattern(form))).join('|');
  return new RegExp(exact ? `^(?:${any})$` : `(?:${any})`, exact ? '' : 'i');
}

/** Returns the texts that a name means: the very text, else those with values, else those that the name is a part of. */
function texts(name) {
  const fits = name instanceof RegExp ? (text) => name.test(text) : (text) => text.toLowerCase().includes(name.toLowerCase());
  const example = (format) => format.split(verb).join('3');
  const ways = name instanceof RegExp ? [] : [
    (format) => format === name,
    (format) => verb.test(format) && new RegExp(`^${pattern(format)}$`).test(name) && /[a-z]{3}/i.test(format.replaceAll(/%\S+/g, '')),
  ];
  for (const way of [...ways, (format) => fits(example(format)) || fits(format)]) {
    const found = catalogue.filter(({ format }) => way(format));
    if (found.length > 0) return found;
  }
  return [];
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

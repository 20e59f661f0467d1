export const LANGUAGES = { en: "English", es: "Español", pt: "Português" };

/** The first supported language of the wishes (`es-AR` counts as `es`), else English. */
export function pickLanguage(...wishes) {
  for (const wish of wishes.flat()) {
    const language = wish?.toLowerCase().split(/[-_]/)[0];
    if (language && Object.hasOwn(LANGUAGES, language)) return language;
  }
  return "en";
}

/** The language with the visitor's own region (`en` as `en-GB`), for dates and numbers. */
export const regional = (language) =>
  navigator.languages?.find((each) => each.toLowerCase().startsWith(`${language}-`)) ?? language;

/**
 * The words of one language. `t(key, {n, name})` fills `{name}`; a text with `|` holds the form
 * for one and the form for many, chosen by `n`. A key without words (a state or kind newer than
 * this page) shows its last part.
 *
 * @param {Record<string, Record<string, string>>} words by language, same keys in each
 */
export function speaker(words, language) {
  const table = words[language];
  const plural = new Intl.PluralRules(language);
  return (key, values = {}) => {
    let text = table[key] ?? key.slice(key.lastIndexOf(".") + 1);
    if ("n" in values && text.includes("|")) {
      const [one, many] = text.split("|");
      text = plural.select(values.n) === "one" ? one : many;
    }
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  };
}

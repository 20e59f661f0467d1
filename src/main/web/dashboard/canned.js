import { desk } from "./desk.js";

const MOST = 8;
const ASKED = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u;

/**
 * What is asked for by a slash before the caret.
 *
 * @returns {{from: number, query: string} | null} `from`: where the slash stands
 */
export function asked(text, caret) {
  const query = ASKED.exec(text.slice(0, caret))?.[1];
  return query === undefined ? null : { from: caret - query.length - 1, query: query.toLowerCase() };
}

const shortcut = ({ shortcut: typed, id }) => (typed ?? id).replace(/^\//, "");

/** The canned answers for it, those whose shortcut begins so first. */
export function matching(query) {
  const rank = (answer) => {
    const key = shortcut(answer).toLowerCase();
    if (key.startsWith(query)) return 0;
    return key.includes(query) || answer.text.toLowerCase().includes(query) ? 1 : 2;
  };
  return desk.items
    .list("canned")
    .map((answer) => ({ answer, key: shortcut(answer), at: rank(answer) }))
    .filter(({ at }) => at < 2)
    .sort((a, b) => a.at - b.at || a.key.localeCompare(b.key))
    .slice(0, MOST);
}

/** The text with its variables filled; an unknown name leaves no gap. */
export function filled({ text }) {
  const values = { name: desk.card?.name || desk.row?.name, agent: desk.session.agent.name };
  return text.replace(/([ \t]*)\{\{\s*(\w+)\s*\}\}/g, (whole, space, key) =>
    key in values ? (values[key] ? space + values[key] : "") : whole,
  );
}

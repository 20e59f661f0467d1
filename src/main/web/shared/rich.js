import { html } from "lit";

const TOKEN =
  /(?<code>`[^`\n]+`)|(?<url>\bhttps?:\/\/[^\s<>"']+)|(?<mail>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?<=^|[\s(])(?:\*(?<bold>[^*\s](?:[^*\n]*[^*\s])?)\*|_(?<italic>[^_\s](?:[^_\n]*[^_\s])?)_|~(?<strike>[^~\s](?:[^~\n]*[^~\s])?)~)(?=$|[\s).,;:!?])/gm;

/**
 * Chat text as Lit templates: links, `*bold*`, `_italic_`, `~struck~` and `` `code` ``. Text only
 * ever becomes text nodes; links are http(s) or mailto. Line breaks are left to
 * `white-space: pre-wrap`.
 */
export function rich(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index < from) continue;
    const { code, url, mail, bold, italic, strike } = match.groups;
    let length = match[0].length;
    let part;
    if (code) part = html`<code>${code.slice(1, -1)}</code>`;
    else if (url) {
      const kept = withoutTrailingMarks(url);
      length = kept.length;
      part = link(kept, kept);
    } else if (mail) part = link(`mailto:${mail}`, mail);
    else if (bold) part = html`<strong>${rich(bold)}</strong>`;
    else if (italic) part = html`<em>${rich(italic)}</em>`;
    else part = html`<s>${rich(strike)}</s>`;
    parts.push(text.slice(from, match.index), part);
    from = match.index + length;
  }
  parts.push(text.slice(from));
  return parts;
}

/** A link that opens elsewhere and tells nothing about this page; other schemes become plain text. */
export function link(address, label) {
  if (!/^(https?:|mailto:|tel:)/i.test(address ?? "")) return label;
  return html`<a href=${address} target="_blank" rel="noopener noreferrer nofollow">${label}</a>`;
}

function withoutTrailingMarks(url) {
  let kept = url.replace(/[.,;:!?'"*_~]+$/, "");
  while (kept.endsWith(")") && kept.split(")").length > kept.split("(").length) {
    kept = kept.slice(0, -1).replace(/[.,;:!?]+$/, "");
  }
  return kept;
}

import { svg, html } from "lit";

/** Line drawings on a 24 px grid that every page needs; others are added with `draw`. */
const PATHS = {
  close: "M6 6l12 12M18 6 6 18",
  send: "M5 12h13M12 5.5 18.5 12 12 18.5",
  menu: "M5 11.5v1M12 11.5v1M19 11.5v1M5.5 12h-1M12.5 12h-1M19.5 12h-1",
  back: "M15 5l-7 7 7 7",
  down: "M6 9l6 6 6-6",
  phone: "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1Zm3 15h2",
  key: "M14.5 9.5a4.5 4.5 0 1 0-3 4.2l1.5 1.5h2V17h2v2h3v-3l-5.7-5.7c.1-.3.2-.5.2-.8ZM8.5 9h.01",
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM3.5 12h17M12 3c3 3.2 3 14.8 0 18M12 3c-3 3.2-3 14.8 0 18",
  moon: "M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5Z",
  copy: "M9 9h10v11H9zM5 15V4h10",
  share: "M12 15V4M8 7.5 12 3.5l4 4M5 13v7h14v-7",
  check: "M5 12.5 10 17.5 19.5 7",
  alert: "M12 8v5M12 16.5h.01M12 3 2.5 20h19L12 3Z",
  verified: "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6l7-3ZM8.5 12l2.5 2.5 4.5-5",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  pin: "M12 21c4-4.5 7-8 7-11a7 7 0 1 0-14 0c0 3 3 6.5 7 11ZM12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  out: "M14 4h5v16h-5M11 8l-4 4 4 4M7 12h9",
};

/** Adds drawings. @param {Record<string, string>} paths by name */
export const draw = (paths) => Object.assign(PATHS, paths);

/** An icon; it is decoration, the control around it carries the name. */
export const icon = (name) =>
  html`<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${svg`<path d=${PATHS[name]}/>`}</svg>`;

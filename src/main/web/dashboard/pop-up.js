import { render } from "lit";

/**
 * A modal dialog of its own over everything else; Escape or a click beside it ends it.
 *
 * @param {string} name its class
 * @param {string} label its name
 * @param {(acts: {close: () => void, redraw: () => void}) => unknown} content what it shows
 */
export function popUp(name, label, content) {
  const dialog = document.createElement("dialog");
  dialog.className = name;
  dialog.setAttribute("aria-label", label);
  const close = () => dialog.close();
  const redraw = () => render(content({ close, redraw }), dialog);
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) close();
  });
  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // the desk has keys of its own
  dialog.addEventListener("close", () => dialog.remove());
  redraw();
  document.body.append(dialog);
  dialog.showModal();
}

import { signal } from "../shared/signal.js";

/** A signal that counts up at most once per animation frame, however often it is struck. */
export class Pulse {
  counter = signal(0);
  #due = false;

  strike() {
    if (this.#due) return;
    this.#due = true;
    const strike = () => {
      this.#due = false;
      this.counter.value++;
    };
    if (document.visibilityState === "hidden") setTimeout(strike);
    else requestAnimationFrame(strike);
  }
}

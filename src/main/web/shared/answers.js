/** An answer `problem` of the gateway, as an error. */
export class ProblemError extends Error {
  constructor(problem) {
    super(problem.title ?? problem.code);
    this.problem = problem;
  }
}

/** Frames that wait for the answer with their `ref`. */
export class Answers {
  #last = 0;
  #waiting = new Map();

  /**
   * @param {(ref: string) => void} send sends the frame under this ref
   * @returns {Promise<object>} the answer; a `problem` rejects with {@link ProblemError}
   */
  expect(send) {
    const ref = `r${++this.#last}`;
    return new Promise((resolve, reject) => {
      this.#waiting.set(ref, { resolve, reject });
      send(ref);
    });
  }

  awaits({ ref }) {
    return Boolean(ref) && this.#waiting.has(ref);
  }

  take(frame) {
    const waiting = frame.ref && this.#waiting.get(frame.ref);
    if (!waiting) return;
    this.#waiting.delete(frame.ref);
    if (frame.type === "problem") waiting.reject(new ProblemError(frame));
    else waiting.resolve(frame);
  }

  /** The connection is gone, and with it every answer still to come. */
  lost() {
    const problem = { code: "offline", title: "The connection was lost", temporary: true };
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new ProblemError(problem));
  }
}

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A new ULID: 48 bits of time, 80 random bits, sortable as text. */
export function ulid(now = Date.now()) {
  let time = "";
  for (let rest = now, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) {
    time = ALPHABET[rest % 32] + time;
  }
  return time + Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => ALPHABET[b % 32]).join("");
}

/** Orders two positions `epoch-seq`; a missing position comes before every other. */
export function comparePositions(a, b) {
  if (!a || !b) return a ? 1 : b ? -1 : 0;
  const [epochA, seqA] = a.split("-").map(Number);
  const [epochB, seqB] = b.split("-").map(Number);
  return epochA - epochB || seqA - seqB;
}

export const laterPosition = (a, b) => (comparePositions(a, b) >= 0 ? a : b);

// QR codes by ISO/IEC 18004: byte mode, error correction M, versions 1 to 10 (at most 213 bytes).
const ECC_PER_BLOCK = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5];
const CODEWORDS = [26, 44, 70, 100, 134, 172, 196, 242, 292, 346];
const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/**
 * The text as a QR code.
 *
 * @returns {{size: number, path: string}} an SVG path of the dark modules on a square of `size`,
 *     quiet zone of 4 modules included
 * @throws {RangeError} when the text is longer than 213 bytes of UTF-8
 */
export function qr(text) {
  const bytes = new TextEncoder().encode(text);
  const version = CODEWORDS.findIndex((all, i) => {
    const lengthBits = i < 9 ? 8 : 16;
    return 4 + lengthBits + bytes.length * 8 <= (all - ECC_PER_BLOCK[i] * BLOCKS[i]) * 8;
  });
  if (version < 0) throw new RangeError(`${bytes.length} bytes do not fit a QR code of version 10`);
  const bits = interleave(encode(bytes, version), version);
  let best = null;
  for (let mask = 0; mask < 8; mask++) {
    const grid = draw(bits, version + 1, mask);
    const cost = penalty(grid);
    if (!best || cost < best.cost) best = { grid, cost };
  }
  let path = "";
  best.grid.forEach((row, y) =>
    row.forEach((dark, x) => {
      if (dark) path += `M${x + 4} ${y + 4}h1v1h-1z`;
    }),
  );
  return { size: best.grid.length + 8, path };
}

function encode(bytes, version) {
  const capacity = CODEWORDS[version] - ECC_PER_BLOCK[version] * BLOCKS[version];
  let bits = "0100" + bytes.length.toString(2).padStart(version < 9 ? 8 : 16, "0");
  for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
  bits += "0".repeat(Math.min(4, capacity * 8 - bits.length));
  bits += "0".repeat((8 - (bits.length % 8)) % 8);
  const words = bits.match(/.{8}/g).map((each) => Number.parseInt(each, 2));
  for (let pad = 0xec; words.length < capacity; pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

function interleave(words, version) {
  const count = BLOCKS[version];
  const ecc = ECC_PER_BLOCK[version];
  const short = Math.floor(words.length / count);
  const longer = words.length % count;
  const generator = reedSolomonGenerator(ecc);
  const blocks = [];
  for (let i = 0, at = 0; i < count; i++) {
    const length = short + (i >= count - longer ? 1 : 0);
    const data = words.slice(at, at + length);
    blocks.push({ data, ecc: remainder(data, generator) });
    at += length;
  }
  const out = [];
  for (let i = 0; i <= short; i++) for (const { data } of blocks) if (i < data.length) out.push(data[i]);
  for (let i = 0; i < ecc; i++) for (const block of blocks) out.push(block.ecc[i]);
  return out.flatMap((word) => Array.from({ length: 8 }, (_, bit) => (word >> (7 - bit)) & 1));
}

function multiply(a, b) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((b >> bit) & 1) * a;
  }
  return product;
}

function reedSolomonGenerator(degree) {
  const poly = new Array(degree).fill(0);
  poly[degree - 1] = 1;
  for (let i = 0, root = 1; i < degree; i++, root = multiply(root, 2)) {
    for (let j = 0; j < degree; j++) poly[j] = multiply(poly[j], root) ^ (poly[j + 1] ?? 0);
  }
  return poly;
}

function remainder(data, generator) {
  const rest = new Array(generator.length).fill(0);
  for (const word of data) {
    const factor = word ^ rest.shift();
    rest.push(0);
    generator.forEach((coefficient, i) => {
      rest[i] ^= multiply(coefficient, factor);
    });
  }
  return rest;
}

function draw(bits, version, mask) {
  const size = version * 4 + 17;
  const grid = Array.from({ length: size }, () => new Array(size).fill(null));
  const set = (x, y, dark) => {
    if (x >= 0 && y >= 0 && x < size && y < size) grid[y][x] = Boolean(dark);
  };
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const [cx, cy] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ]) {
    for (let dy = -4; dy <= 4; dy++) {
      for (let dx = -4; dx <= 4; dx++) {
        const ring = Math.max(Math.abs(dx), Math.abs(dy));
        set(cx + dx, cy + dy, ring !== 2 && ring !== 4);
      }
    }
  }
  const aligned = version === 1 ? [] : version < 7 ? [6, size - 7] : [6, size / 2 - 0.5, size - 7];
  aligned.forEach((cy, i) =>
    aligned.forEach((cx, j) => {
      const last = aligned.length - 1;
      if ((i === 0 && (j === 0 || j === last)) || (i === last && j === 0)) return;
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
      }
    }),
  );
  drawFormat(set, size, mask);
  if (version >= 7) drawVersion(set, size, version);
  let next = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      for (const x of [right, right - 1]) {
        const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
        if (grid[y][x] === null) grid[y][x] = Boolean(bits[next++] ^ MASKS[mask](x, y));
      }
    }
  }
  return grid;
}

function drawFormat(set, size, mask) {
  let rest = mask;
  for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  const bits = ((mask << 10) | rest) ^ 0x5412;
  const bit = (i) => (bits >> i) & 1;
  for (let i = 0; i <= 5; i++) set(8, i, bit(i));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i));
  for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i));
  set(8, size - 8, true);
}

function drawVersion(set, size, version) {
  let rest = version;
  for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let i = 0; i < 18; i++) {
    const dark = (bits >> i) & 1;
    const a = size - 11 + (i % 3);
    const b = Math.floor(i / 3);
    set(a, b, dark);
    set(b, a, dark);
  }
}

function penalty(grid) {
  const size = grid.length;
  let cost = 0;
  const lines = [...grid, ...grid.map((_, x) => grid.map((row) => row[x]))];
  for (const line of lines) {
    const text = line.map(Number).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) cost += run.length - 2;
    for (let i = 0; i <= size - 11; i++) {
      const part = text.slice(i, i + 11);
      if (part === "10111010000" || part === "00001011101") cost += 40;
    }
  }
  for (let y = 1; y < size; y++) {
    for (let x = 1; x < size; x++) {
      const dark = grid[y][x];
      if (dark === grid[y][x - 1] && dark === grid[y - 1][x] && dark === grid[y - 1][x - 1]) cost += 3;
    }
  }
  const darkShare = grid.flat().filter(Boolean).length / (size * size);
  return cost + Math.floor(Math.abs(darkShare - 0.5) * 20) * 10;
}

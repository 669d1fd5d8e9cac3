// XXH64 with seed 0, the check sum of Zstandard frames (RFC 8878, section 3.1.1).

const P = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
];
const u64 = (value) => BigInt.asUintN(64, value);
const rotate = (value, bits) => u64((value << bits) | (value >> (64n - bits)));
const round = (sum, lane) => u64(rotate(u64(sum + lane * P[1]), 31n) * P[0]);
const merge = (hash, sum) => u64((hash ^ round(0n, sum)) * P[0] + P[3]);

export function xxh64(data) {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  let [hash, at] = bytes.length < 32 ? [P[4], 0] : stripes(bytes);
  hash = u64(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) {
    hash = u64(rotate(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n) * P[0] + P[3]);
  }
  if (at + 4 <= bytes.length) {
    hash = u64(rotate(hash ^ u64(BigInt(bytes.readUInt32LE(at)) * P[0]), 23n) * P[1] + P[2]);
    at += 4;
  }
  for (; at < bytes.length; at += 1) {
    hash = u64(rotate(hash ^ u64(BigInt(bytes[at]) * P[4]), 11n) * P[0]);
  }
  return avalanche(hash);
}

function stripes(bytes) {
  const sums = [u64(P[0] + P[1]), P[1], 0n, u64(-P[0])];
  let at = 0;
  for (; at + 32 <= bytes.length; at += 32) {
    for (let n = 0; n < 4; n += 1) sums[n] = round(sums[n], bytes.readBigUInt64LE(at + 8 * n));
  }
  const turns = [1n, 7n, 12n, 18n];
  const mixed = u64(sums.reduce((total, sum, n) => total + rotate(sum, turns[n]), 0n));
  return [sums.reduce(merge, mixed), at];
}

function avalanche(value) {
  let hash = u64((value ^ (value >> 33n)) * P[1]);
  hash = u64((hash ^ (hash >> 29n)) * P[2]);
  return hash ^ (hash >> 32n);
}

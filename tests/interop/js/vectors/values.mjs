// How vectors write values in JSON.

import { concat, fromHex, isBytes, toHex } from "../lib/bytes.mjs";

/** Bytes: hexadecimal digits, or [piece, times] each. */
export function bytesOf(value) {
  if (typeof value === "string") return fromHex(value);
  return concat(...value.map(([piece, times]) => fromHex(piece.repeat(times))));
}

/** An integer, written as a number or, where JSON's are too small, as text. */
export const integerOf = (value) => BigInt(value);

/** What was read, as vectors write it. */
export function plain(value) {
  if (isBytes(value)) return toHex(value);
  if (typeof value === "bigint") return plainInteger(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}

export function plainInteger(value) {
  const small = value >= -(2n ** 53n) && value <= 2n ** 53n;
  return small ? Number(value) : value.toString();
}

const PARTS = ["header", "signature", "body", "wire", "frame"];

/** The cases that one stands for: with `flip` or `cut` there are many. */
export function* variants(test) {
  if (test.flip)
    yield* flips(
      test,
      PARTS.filter((part) => test[part] !== undefined),
    );
  else if (test.cut) yield* cuts(test, test.part ?? PARTS.find((part) => test[part] !== undefined));
  else yield test;
}

function* flips(test, parts) {
  const sizes = parts.map((part) => bytesOf(test[part]).length);
  for (let bit = test.flip[0]; bit <= test.flip[1]; bit += 1) {
    let byte = bit >> 3;
    let n = 0;
    while (byte >= sizes[n]) byte -= sizes[n++];
    const bytes = bytesOf(test[parts[n]]);
    bytes[byte] ^= 1 << (bit & 7);
    yield { ...test, [parts[n]]: toHex(bytes) };
  }
}

function* cuts(test, part) {
  const bytes = bytesOf(test[part]);
  for (let length = test.cut[0]; length <= test.cut[1]; length += 1) {
    yield { ...test, [part]: toHex(bytes.subarray(0, length)) };
  }
}

// Section 1: msgpack as it is in sayso, canonical or (frames) in any form.
//
// Values: null, booleans, BigInt for every integer, strings, Uint8Array, arrays, and Map for
// maps. Stock packages do not serve here: they give 1.0 and 1 as the same number, keep one of
// two equal keys, and sort keys by UTF-16.

import { compare, concat, equal, isBytes, textOf, utf8 } from "./bytes.mjs";
import { MAX_DEPTH, MAX_ITEMS } from "./limits.mjs";
import { Refused, refuseIf } from "./refused.mjs";

/** Encode a value canonically. Numbers are taken as integers. */
export function encode(value) {
  const parts = [];
  write(value, parts);
  return concat(...parts);
}

function write(value, parts) {
  if (value === null) parts.push(Uint8Array.of(0xc0));
  else if (typeof value === "boolean") parts.push(Uint8Array.of(value ? 0xc3 : 0xc2));
  else if (typeof value === "bigint" || typeof value === "number")
    parts.push(integer(BigInt(value)));
  else if (typeof value === "string") {
    const bytes = utf8(value);
    parts.push(head(bytes.length, [0xa0, 32], 0xd9, 0xda, 0xdb), bytes);
  } else if (isBytes(value)) parts.push(head(value.length, null, 0xc4, 0xc5, 0xc6), value);
  else if (Array.isArray(value)) {
    parts.push(head(value.length, [0x90, 16], null, 0xdc, 0xdd));
    for (const item of value) write(item, parts);
  } else writeMap(value, parts);
}

function writeMap(map, parts) {
  const pairs = [...map].map(([key, value]) => [utf8(key), key, value]);
  pairs.sort((a, b) => compare(a[0], b[0]));
  parts.push(head(pairs.length, [0x80, 16], null, 0xde, 0xdf));
  for (const [, key, value] of pairs) {
    write(key, parts);
    write(value, parts);
  }
}

function head(length, short, one, two, four) {
  if (short && length < short[1]) return Uint8Array.of(short[0] + length);
  if (one && length < 0x100) return Uint8Array.of(one, length);
  if (length < 0x10000) return Uint8Array.of(two, length >> 8, length & 0xff);
  const bytes = Buffer.alloc(5, four);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

function integer(value) {
  if (value >= 0n && value < 128n) return Uint8Array.of(Number(value));
  if (value < 0n && value >= -32n) return Uint8Array.of(256 + Number(value));
  const [code, bits] = width(value);
  const bytes = Buffer.alloc(9);
  bytes[0] = code;
  bytes.writeBigUInt64BE(BigInt.asUintN(bits, value) << BigInt(64 - bits), 1);
  return bytes.subarray(0, 1 + bits / 8);
}

function width(value) {
  const sizes = [8, 16, 32, 64];
  for (const [n, bits] of sizes.entries()) {
    if (value >= 0n && value < 1n << BigInt(bits)) return [0xcc + n, bits];
    if (value < 0n && value >= -(1n << BigInt(bits - 1))) return [0xd0 + n, bits];
  }
  throw new RangeError(`no integer of 64 bits: ${value}`);
}

/** Read canonical bytes; refuses every other encoding of the same value. */
export function decode(bytes) {
  const value = new Reader(bytes, { depth: MAX_DEPTH, items: MAX_ITEMS }).whole();
  refuseIf(!equal(encode(value), bytes), "not-canonical", "another encoding of the value");
  return value;
}

/** Read any msgpack form of a value of these types. Frames hold no maps: they are refused. */
export function decodeAnyForm(bytes, depth) {
  return new Reader(bytes, { depth, items: Infinity, maps: false }).whole();
}

class Reader {
  constructor(bytes, { depth, items, maps = true }) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = 0;
    this.limits = { depth, items, maps };
  }

  whole() {
    const value = this.value(0);
    refuseIf(this.at !== this.bytes.length, "not-canonical", "something follows the value");
    return value;
  }

  take(count) {
    refuseIf(count > this.bytes.length - this.at, "not-canonical", "cut short");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  number(bits, signed = false) {
    const taken = BigInt(`0x${this.take(bits / 8).toString("hex")}`);
    return signed ? BigInt.asIntN(bits, taken) : taken;
  }

  length(bits) {
    return Number(this.number(bits));
  }

  value(depth) {
    const code = this.take(1)[0];
    if (code < 0x80) return BigInt(code);
    if (code >= 0xe0) return BigInt(code - 256);
    if (code < 0x90) return this.map(code & 15, depth + 1);
    if (code < 0xa0) return this.array(code & 15, depth + 1);
    if (code < 0xc0) return this.text(code & 31);
    return this.long(code, depth);
  }

  long(code, depth) {
    if (code === 0xc0) return null;
    if (code === 0xc2 || code === 0xc3) return code === 0xc3;
    if (code >= 0xc4 && code <= 0xc6)
      return new Uint8Array(this.take(this.length(8 << (code - 0xc4))));
    if (code >= 0xcc && code <= 0xcf) return this.number(8 << (code - 0xcc));
    if (code >= 0xd0 && code <= 0xd3) return this.number(8 << (code - 0xd0), true);
    if (code >= 0xd9 && code <= 0xdb) return this.text(this.length(8 << (code - 0xd9)));
    if (code === 0xdc || code === 0xdd)
      return this.array(this.length(16 << (code - 0xdc)), depth + 1);
    if (code === 0xde || code === 0xdf)
      return this.map(this.length(16 << (code - 0xde)), depth + 1);
    throw new Refused("bad-shape", `msgpack type ${code.toString(16)}`);
  }

  text(length) {
    try {
      return textOf(this.take(length));
    } catch (error) {
      if (error instanceof Refused) throw error;
      throw new Refused("not-canonical", "no UTF-8");
    }
  }

  enter(length, depth) {
    refuseIf(depth > this.limits.depth, "not-canonical", "too deep");
    refuseIf(length > this.limits.items, "not-canonical", "too many items");
    refuseIf(length > this.bytes.length - this.at, "not-canonical", "cut short");
  }

  array(length, depth) {
    this.enter(length, depth);
    return Array.from({ length }, () => this.value(depth));
  }

  map(length, depth) {
    refuseIf(!this.limits.maps, "bad-shape", "a map in a frame");
    this.enter(length, depth);
    const map = new Map();
    for (let n = 0; n < length; n += 1) {
      const key = this.value(depth);
      refuseIf(typeof key !== "string", "bad-shape", "a key that is no text");
      refuseIf(map.has(key), "not-canonical", "a key twice");
      map.set(key, this.value(depth));
    }
    return map;
  }
}

// Section 2: keys, signatures, text form.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { base58 } from "@scure/base";

import { compare, concat, equal, utf8 } from "./bytes.mjs";
import { Refused, refuseIf } from "./refused.mjs";

const { Point } = ed25519;
const L = Point.Fn.ORDER;
const MULTICODEC = Uint8Array.of(0xed, 0x01);
const TEXT_LENGTH = 48;

export const ENTRY_DOMAIN = utf8("sayso/1/entry\0");
export const STATEMENT_DOMAIN = utf8("sayso/1/statement\0");
export const GRANT_DOMAIN = utf8("sayso/1/grant feed\0"); // for the feed's key

const known = new Map(); // the check costs a multiplication, and few keys come often

/** The point of a valid public key; refuses all others (`bad-key`). */
function pointOf(key) {
  const name = Buffer.from(key).toString("latin1");
  if (!known.has(name)) {
    if (known.size >= 4096) known.clear();
    known.set(name, readPoint(key));
  }
  return known.get(name);
}

function readPoint(key) {
  let point;
  try {
    point = Point.fromBytes(key, false); // false: strictly as in RFC 8032
  } catch {
    throw new Refused("bad-key", "no point of the curve");
  }
  refuseIf(!equal(point.toBytes(), key), "bad-key", "not the canonical encoding");
  refuseIf(point.is0() || !point.isTorsionFree(), "bad-key", "not in the prime-order group");
  return point;
}

export function checkKey(key) {
  pointOf(key);
  return key;
}

/** Refuse a signature over `domain || message` that is not valid under `key`. */
export function verify(key, domain, message, signature) {
  const a = pointOf(key);
  refuseIf(signature.length !== 64, "bad-signature", "length");
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  refuseIf(s >= L, "bad-signature", "S is not below L");
  const k = littleEndian(sha512(concat(r, key, domain, message))) % L;
  const expected = Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k));
  refuseIf(compare(expected.toBytes(), r) !== 0, "bad-signature", "equation");
  refuseIf(expected.isSmallOrder(), "bad-signature", "R of small order");
}

function littleEndian(bytes) {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

export const publicKey = (seed) => ed25519.getPublicKey(seed);
export const sign = (seed, domain, message) => ed25519.sign(concat(domain, message), seed);

/** `z6Mk…` of a key. */
export const keyText = (key) => `z${base58.encode(concat(MULTICODEC, key))}`;

/** The key in its text form, with or without `did:key:`. */
export function keyFromText(text) {
  const bare = text.startsWith("did:key:") ? text.slice(8) : text;
  refuseIf(bare.length !== TEXT_LENGTH || bare[0] !== "z", "bad-text", "no key");
  let bytes;
  try {
    bytes = base58.decode(bare.slice(1));
  } catch {
    throw new Refused("bad-text", "no base58");
  }
  const right = bytes.length === 34 && equal(bytes.subarray(0, 2), MULTICODEC);
  refuseIf(!right, "bad-text", "no Ed25519 key");
  return checkKey(bytes.subarray(2));
}

// Section 23: X25519, XChaCha20-Poly1305 and padding, as private messages use them.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";

import { refuseIf, Refused } from "./refused.mjs";

export const TAG = 16;

export const publicOf = (secret) => x25519.getPublicKey(secret);

/** What two keys agree on; refuses a point of small order. */
export function agreeOn(secret, key) {
  try {
    return x25519.getSharedSecret(secret, key);
  } catch {
    throw new Refused("undecryptable", "a key that agrees with nobody");
  }
}

export const seal = (plain, bound, nonce, key) => xchacha20poly1305(key, nonce, bound).encrypt(plain);

/** What was sealed; null where this key does not open it. */
export function unseal(sealed, bound, nonce, key) {
  if (key === null || sealed.length < TAG) return null;
  try {
    return xchacha20poly1305(key, nonce, bound).decrypt(sealed);
  } catch {
    return null;
  }
}

/** What stands in padded bytes: the length, so many bytes, zeros. */
export function unpad(padded) {
  refuseIf(padded.length < 4, "bad-shape", "padding");
  const end = 4 + Buffer.from(padded).readUInt32BE(0);
  const isPadded = end <= padded.length && padded.subarray(end).every((byte) => byte === 0);
  refuseIf(!isPadded, "bad-shape", "padding");
  return padded.subarray(4, end);
}

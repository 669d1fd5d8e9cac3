// Section 20: names of boxes and letters, what a stamp is worth, frames of /sayso/letter/1.

import { boxSeed, secretBox, stampHash } from "./hashes.mjs";
import { publicKey } from "./keys.mjs";
import * as limits from "./limits.mjs";
import { decodeAnyForm } from "./msgpack.mjs";
import { refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";

const U32 = 2n ** 32n - 1n;
const U64 = 2n ** 64n - 1n;
const LAST_DAY = 2n ** 31n - 1n;
const LAST_STATE = 7;
const NAME = 16;

/** The key and the name of a secret box. */
export function boxOfPair(secret, day, direction) {
  const key = publicKey(boxSeed(secret, day, direction));
  return { key, box: secretBox(key) };
}

/** How many bits of the hash over a stamp are zero before the first that is not. */
export function bitsOfStamp(box, id, stamp) {
  const digest = stampHash(box, id, stamp);
  const full = digest.findIndex((byte) => byte !== 0);
  return full < 0 ? digest.length * 8 : full * 8 + Math.clz32(digest[full]) - 24;
}

// --- frames

const inRange = (last) => (value) => shape.integer(value, 0n, last);
const sized = (size) => (value) => shape.bytes(value, size);
const number = inRange(U32);
const day = inRange(LAST_DAY);
const small = inRange(255n);
const stamp = (value) => (value === null ? null : shape.integer(value, 0n, U64));
const box = sized(NAME);
const key = sized(32);
const signature = sized(64);

function letter(value) {
  refuseIf(!limits.LETTER_SIZES.includes(shape.bytes(value).length), "bad-shape", "size of a letter");
  return value;
}

function grant(value) {
  const { length } = shape.bytes(value);
  refuseIf(length < 1 || length > limits.MAX_STATEMENT, "bad-shape", "grant");
  return value;
}

/** Names of boxes or letters, one after the other. */
const names = (most) => (value) => {
  refuseIf(shape.bytes(value).length % NAME > 0, "bad-shape", "half a name");
  refuseIf(value.length > most * NAME, "too-large", "names");
  return value;
};

const listOf = (most, ...parts) => (value) => {
  refuseIf(shape.array(value).length > most, "too-large", "list");
  return value.map((one) => shape.array(one, parts.length).map((part, n) => parts[n](part)));
};

/** Of all letters, of a secret box, of a door; later versions may name more. */
function bounds(value) {
  refuseIf(shape.array(value).length < 3, "bad-shape", "bounds");
  return value.map(inRange(U64));
}

function states(value) {
  refuseIf(shape.bytes(value).length > limits.MAX_LETTER_IDS, "bad-shape", "states");
  refuseIf(value.some((state) => state > LAST_STATE), "bad-shape", "no state");
  return value;
}

const FIELDS = [
  [small, key, small, bounds],
  [number, box, stamp, letter],
  [number, inRange(BigInt(LAST_STATE)), small],
  [names(limits.MAX_BOXES_A_PEEK)],
  [names(limits.MAX_BOXES_A_PEEK)],
  [listOf(limits.MAX_BOXES_A_COLLECT, box, key, signature)],
  [grant, day, day, signature],
  [
    listOf(limits.MAX_LETTERS_A_FRAME, box, day, letter, sized(limits.NETWORK_TAG), stamp),
    shape.boolean,
  ],
  [names(limits.MAX_LETTER_IDS)],
  [names(limits.MAX_LETTER_IDS)],
  [states],
];
const DOORS = 6n;

/** A frame without its length, as [type, ...fields]. */
export function readLetterFrame(bytes) {
  const items = decodeAnyForm(bytes, 4);
  refuseIf(!Array.isArray(items) || typeof items[0] !== "bigint", "bad-shape", "no frame");
  const fields = FIELDS[items[0]];
  refuseIf(fields === undefined, "protocol-violation", "another type");
  refuseIf(items.length !== fields.length + 1, "bad-shape", "another number of fields");
  const read = fields.map((one, place) => one(items[place + 1]));
  if (items[0] === DOORS) checkDays(read[1], read[2]);
  return [items[0], ...read];
}

function checkDays(first, last) {
  const many = last < first || last - first >= BigInt(limits.DOOR_DAYS);
  refuseIf(many, "bad-shape", "days of a door");
}

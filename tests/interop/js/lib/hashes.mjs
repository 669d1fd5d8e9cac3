// Sections 2, 20, 22 and 23: the personalised hashes.

import { blake2b } from "@noble/hashes/blake2.js";

import { bigEndian, concat, utf8 } from "./bytes.mjs";

function hash(use, size, message, key) {
  const personalization = new Uint8Array(16);
  personalization.set(utf8(use));
  return blake2b(message, { dkLen: size, personalization, key });
}

export const entryId = (header, signature) =>
  hash("sayso entry id 1", 32, concat(header, signature));
export const bodyHash = (body) => hash("sayso body 1", 32, body);
export const promiseOf = (key) => hash("sayso next key 1", 32, key);
export const accountSeed = (phraseSeed, number) =>
  hash("sayso account 1", 32, bigEndian(number, 4), phraseSeed);
export const inviteCheck = (invite) => hash("sayso invite 1", 32, invite);
export const rosterId = (wire) => hash("sayso roster 1", 16, wire);
export const blind = (account, day) => hash("sayso interest 1", 8, bigEndian(day, 8), account);
export const location = (account, day) => hash("sayso locate 1", 32, bigEndian(day, 8), account);
export const locationSecret = (account, day) =>
  hash("sayso locate k", 32, bigEndian(day, 8), account);
export const locationNonce = (account, day, signed) =>
  hash("sayso locate n", 24, concat(bigEndian(day, 8), signed), account);
export const door = (account, day) => hash("sayso door 1", 16, bigEndian(day, 8), account);
export const boxSeed = (secret, day, direction) =>
  hash("sayso box seed 1", 32, concat(bigEndian(day, 8), bigEndian(direction, 1)), secret);
export const secretBox = (key) => hash("sayso box 1", 16, key);
export const letterId = (box, letter) => hash("sayso letter 1", 16, concat(box, letter));
export const stampHash = (box, id, stamp) =>
  hash("sayso stamp 1", 32, concat(box, id, bigEndian(stamp, 8)));
export const operationId = (bytes, signature) =>
  hash("sayso group op 1", 16, concat(bytes, signature));
export const epochId = (epoch) => hash("sayso epoch 1", 16, epoch);
export const groupPostId = (bytes, signature) =>
  hash("sayso gr post id", 16, concat(bytes, signature));
export const groupPostKey = (group, key) => hash("sayso gr post 1", 32, group, key);
export const groupBoxSeed = (day, key) => hash("sayso gr box 1", 32, bigEndian(day, 8), key);
export const groupDeviceSeed = (feed, daySeed) => hash("sayso gr dev 1", 32, feed, daySeed);

const nothing = new Uint8Array(0);
export const boundHash = (names) => hash("sayso bound 1", 32, names);
export const agreedSecret = (parts) =>
  hash("sayso agree 1", 32, parts, new Uint8Array(32).fill(0xff));
export const pairSecret = (shared) => hash("sayso pair 1", 32, nothing, shared);
export const wrapKey = (shared, first, week) =>
  hash("sayso wrap 1", 32, concat(first, week), shared);
export const knockCheck = (shared, content) =>
  hash("sayso check 1", 16, blake2b(content, { dkLen: 32 }), shared);
export const firstHeaderKeys = (shared) => [
  hash("sayso hdr a 1", 32, nothing, shared),
  hash("sayso hdr b 1", 32, nothing, shared),
];

/** The next root key, a chain key, the next header key. */
export function rootStep(root, shared) {
  const both = hash("sayso root 1", 64, shared, root);
  return [both.slice(0, 32), both.slice(32), hash("sayso header 1", 32, shared, root)];
}

/** The next chain key, and a message key. */
export function chainStep(chain) {
  const both = hash("sayso chain 1", 64, nothing, chain);
  return [both.slice(0, 32), both.slice(32)];
}

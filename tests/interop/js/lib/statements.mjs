// Section 3: what an account says of its feeds.

import { compare, equal } from "./bytes.mjs";
import { promiseOf } from "./hashes.mjs";
import { GRANT_DOMAIN, STATEMENT_DOMAIN, publicKey, sign, verify } from "./keys.mjs";
import { MAX_FEEDS_AN_ACCOUNT, MAX_SEQ, MAX_STATEMENT } from "./limits.mjs";
import { decode, encode } from "./msgpack.mjs";
import { refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";

const READERS = { grant: readGrant, revoke: readRevoke, rotate: readRotation };

/** Take a statement apart; nothing but version and type is checked. */
function openStatement(wire) {
  refuseIf(wire.length > MAX_STATEMENT, "too-large", "statement");
  const [bytes, ...signatures] = shape.array(decode(wire), undefined, "statement");
  const signed = shape.bytes(bytes);
  const items = shape.array(decode(signed), undefined, "signed part");
  shape.integer(items[0], 0n, 2n ** 64n - 1n);
  refuseIf(items[0] !== 1n, "unknown-version", "statement");
  refuseIf(typeof items[1] !== "string", "bad-shape", "type of a statement");
  return { signed, signatures, items, type: items[1] };
}

/** Type and account that a statement gives, unverified; the type is null for an unknown one. */
export function claimOf(wire) {
  const { items, type } = openStatement(wire);
  if (!Object.hasOwn(READERS, type)) return { type: null, account: null };
  return { type, account: shape.bytes(items[2], 32, "account") };
}

/** Read and verify a statement on the wire. */
export function readStatement(wire) {
  const { signed, signatures, items, type } = openStatement(wire);
  refuseIf(!Object.hasOwn(READERS, type), "bad-shape", "unknown type of statement");
  const statement = READERS[type](items);
  const signers = [[statement.successor ?? statement.account, STATEMENT_DOMAIN]];
  if (type === "grant") signers.push([statement.feed, GRANT_DOMAIN]);
  refuseIf(signatures.length !== signers.length, "bad-shape", "number of signatures");
  for (const signature of signatures) shape.bytes(signature, 64, "signature");
  signers.forEach(([key, domain], n) => verify(key, domain, signed, signatures[n]));
  return { ...statement, signed };
}

/** Read a statement that must be a grant. */
export function readGrantWire(wire) {
  const statement = readStatement(wire);
  refuseIf(statement.type !== "grant", "bad-shape", "no grant");
  return statement;
}

function readGrant(items) {
  shape.array(items, 5, "grant");
  return {
    type: "grant",
    account: shape.key(items[2]),
    feed: shape.key(items[3]),
    promise: shape.bytes(items[4], 32, "promise"),
  };
}

function readRevoke(items) {
  shape.array(items, 6, "revoke");
  const [, type, account, feed, seq, id] = items;
  shape.key(account);
  shape.key(feed);
  shape.integer(seq, 0n, MAX_SEQ, "bad-sequence", "seq");
  if (id !== null) shape.bytes(id, 32, "id");
  refuseIf((seq === 0n) !== (id === null), "bad-sequence", "nil if and only if 0");
  return { type, account, feed, seq, id };
}

function readRotation(items) {
  shape.array(items, 5, "rotation");
  const [, type, account, successor, ends] = items;
  shape.key(account);
  shape.key(successor);
  refuseIf(equal(account, successor), "bad-shape", "successor of itself");
  shape.array(ends);
  refuseIf(ends.length > MAX_FEEDS_AN_ACCOUNT, "too-large", "ends");
  ends.forEach((end, n) => {
    shape.array(end, 3, "end");
    shape.key(end[0]);
    shape.seq(end[1]);
    shape.bytes(end[2], 32, "id");
    const ascends = n === 0 || compare(ends[n - 1][0], end[0]) < 0;
    refuseIf(!ascends, "bad-shape", "ends out of order");
  });
  return { type, account, successor, ends };
}

/** Which of several revokes of one feed counts: the one with the lowest (seq, id). */
export function revokeThatCounts(revokes) {
  const idOf = (revoke) => revoke.id ?? new Uint8Array();
  return revokes.reduce((best, other) => {
    if (other.seq !== best.seq) return other.seq < best.seq ? other : best;
    return compare(idOf(other), idOf(best)) < 0 ? other : best;
  });
}

/** Which of several rotations of one account counts: the one whose signed bytes come first. */
export function rotationThatCounts(rotations) {
  return rotations.reduce((best, other) => (compare(other.signed, best.signed) < 0 ? other : best));
}

/** Whether a rotation is to the key that the account's grants promise. */
export const keepsPromise = (rotation, grant) =>
  equal(promiseOf(rotation.successor), grant.promise);

/** A grant on the wire, signed by the account and by the feed of these seeds. */
export function makeGrant(accountSeed, feedSeed, promise) {
  const signed = encode([1, "grant", publicKey(accountSeed), publicKey(feedSeed), promise]);
  const accepted = sign(feedSeed, GRANT_DOMAIN, signed);
  return encode([signed, sign(accountSeed, STATEMENT_DOMAIN, signed), accepted]);
}

/** A revoke on the wire: the feed ends with this entry, or with 0 and null before its first. */
export const makeRevoke = (accountSeed, feed, seq, id) =>
  makeSaid(accountSeed, [1, "revoke", publicKey(accountSeed), feed, seq, id]);

/** A rotation on the wire, to the account of this seed. */
export const makeRotation = (successorSeed, account, ends) =>
  makeSaid(successorSeed, [1, "rotate", account, publicKey(successorSeed), ends]);

function makeSaid(seed, items) {
  const signed = encode(items);
  return encode([signed, sign(seed, STATEMENT_DOMAIN, signed)]);
}

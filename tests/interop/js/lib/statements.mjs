// Section 3: what an account says of its feeds.

import { compare, equal } from "./bytes.mjs";
import { promiseOf } from "./hashes.mjs";
import { STATEMENT_DOMAIN, publicKey, sign, verify } from "./keys.mjs";
import { MAX_FEEDS_AN_ACCOUNT, MAX_SEQ, MAX_STATEMENT } from "./limits.mjs";
import { decode, encode } from "./msgpack.mjs";
import { Refused, refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";

const READERS = { grant: readGrant, revoke: readRevoke, rotate: readRotation };

/** Read and verify a statement on the wire. */
export function readStatement(wire) {
  refuseIf(wire.length > MAX_STATEMENT, "too-large", "statement");
  const outer = shape.array(decode(wire), 2, "statement");
  const signed = shape.bytes(outer[0]);
  const signature = shape.bytes(outer[1], 64, "signature");
  const items = shape.array(decode(signed), undefined, "signed part");
  shape.integer(items[0], 0n, 2n ** 64n - 1n);
  refuseIf(items[0] !== 1n, "unknown-version", "statement");
  const reader = typeof items[1] === "string" && Object.hasOwn(READERS, items[1]);
  refuseIf(!reader, "bad-shape", "unknown type of statement");
  const statement = READERS[items[1]](items);
  verify(statement.successor ?? statement.account, STATEMENT_DOMAIN, signed, signature);
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

/** A grant on the wire, signed by the account of this seed. */
export function makeGrant(accountSeed, feed, promise) {
  const signed = encode([1, "grant", publicKey(accountSeed), feed, promise]);
  const wire = encode([signed, sign(accountSeed, STATEMENT_DOMAIN, signed)]);
  if (wire.length !== 179) throw new Refused("bad-shape", "a grant has 179 bytes");
  return wire;
}

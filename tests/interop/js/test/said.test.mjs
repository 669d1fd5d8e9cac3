// What revokes, rotations and fork proofs do to what is held and taken: sections 3 and 5.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Author } from "../lib/author.mjs";
import { encodeHeader } from "../lib/entries.mjs";
import { makeFork } from "../lib/forks.mjs";
import { entryId } from "../lib/hashes.mjs";
import { STATEMENT_DOMAIN, sign } from "../lib/keys.mjs";
import { encode } from "../lib/msgpack.mjs";
import { keySeed } from "../lib/phrase.mjs";
import { makeRevoke, makeRotation } from "../lib/statements.mjs";
import { Store } from "../lib/store.mjs";
import { NOW, branch, follower, refusal, runOf, seed, world } from "../testing/world.mjs";

const numbers = (feed) => [...feed.entries.keys()].map(Number).sort((a, b) => a - b);
const byNumber = (entries) => new Map(entries.map((entry) => [entry.header.seq, entry]));

/** A revoke by the author's own account that names this entry. */
function revokeAt(author, { header, id }) {
  return makeRevoke(keySeed(author.phrase, 0), author.feed.key, header.seq, id);
}

/** A statement of the author's account with another version or type. */
function unknown(author, head) {
  const signed = encode([...head, author.account]);
  return encode([signed, sign(keySeed(author.phrase, 0), STATEMENT_DOMAIN, signed)]);
}

/** The types of what counts anew in a store, as it comes. */
function heard(store) {
  const said = [];
  store.on("said", (account, one) => said.push(one.type));
  return said;
}

test("a revoke ends the feed, whether it comes before grant and entries or after them", () => {
  const { author, store, feed, entries } = world(4);
  const wire = revokeAt(author, entries[2]);
  store.take(runOf(entries));
  store.heed(wire);
  assert.deepEqual(numbers(feed), [1, 2, 3]);
  assert.throws(() => store.take(runOf(entries.slice(3))), refusal("revoked"));
  for (const early of [true, false]) {
    const late = new Store();
    late.carry(author.account);
    if (early) late.heed(wire);
    const its = late.grant(author.grant);
    if (!early) late.heed(wire);
    assert.throws(() => late.take(runOf(entries)), refusal("revoked"));
    assert.equal(late.take(runOf(entries.slice(0, 3))).length, 3);
    assert.deepEqual([its.limit, numbers(its)], [3n, [1, 2, 3]]);
  }
});

test("of several revokes the lowest counts, and each is told once", () => {
  const { author, store, feed, entries } = world(4);
  const said = heard(store);
  store.take(runOf(entries));
  for (const n of [3, 1, 2, 1]) store.heed(revokeAt(author, entries[n]));
  assert.deepEqual([numbers(feed), said.length], [[1, 2], 2]);
  store.heed(makeRevoke(keySeed(author.phrase, 0), author.feed.key, 0n, null));
  assert.deepEqual([numbers(feed), feed.limit], [[], 0n]);
});

test("a revoke by another account, or of one that is not carried, is nothing", () => {
  const { author, store, feed, entries } = world(2);
  store.take(runOf(entries));
  const said = heard(store);
  const other = new Author(new Store(), seed(8), () => NOW);
  const wire = makeRevoke(keySeed(other.phrase, 0), author.feed.key, 0n, null);
  store.heed(wire);
  assert.deepEqual([said, feed.end], [[], null]);
  store.carry(other.account);
  store.heed(wire);
  assert.deepEqual([numbers(feed), feed.end], [[1, 2, 3], null]);
  const forged = Uint8Array.from(revokeAt(author, entries[1]));
  forged[forged.length - 1] ^= 1;
  assert.throws(() => store.heed(forged), refusal("bad-signature"));
});

test("a revoke decides which branch counts, also against the one that is held", () => {
  const { author, store, feed, entries } = world(3);
  const others = branch(author, entries[1], "other 3", "other 4", "other 5");
  store.take(runOf(entries));
  assert.throws(() => store.take(runOf(others)), refusal("forked"));
  store.heed(revokeAt(author, others[1]));
  assert.throws(() => store.take(runOf(others)), refusal("revoked")); // it goes past the end
  assert.equal(store.take(runOf(others.slice(0, 2))).length, 2);
  const texts = [entries[0], entries[1], others[0], others[1]].map(({ id }) => id);
  assert.deepEqual(feed.counting().map(({ id }) => id), texts);
  assert.throws(() => store.take(runOf(entries.slice(2))), refusal("revoked"));
});

test("what was authentic through a later entry alone goes with it", () => {
  const { author, store, feed, entries } = world(2);
  const odd = { ...branch(author, entries[2], "odd")[0], signature: new Uint8Array(64) };
  odd.id = entryId(encodeHeader(odd.header), odd.signature);
  store.take(runOf([...entries, odd, ...branch(author, odd, "above")]));
  assert.deepEqual(numbers(feed), [1, 2, 3, 4, 5]);
  store.heed(revokeAt(author, odd));
  assert.deepEqual(numbers(feed), [1, 2, 3]);
});

test("a forked feed with an end goes on up to it, until its own branch is there", () => {
  const { author, store, feed, entries } = world(4);
  const others = branch(author, entries[1], "other 3", "other 4", "other 5");
  store.heed(makeFork(feed.key, 3n, byNumber(entries), byNumber(others)));
  assert.throws(() => store.take(runOf(entries.slice(0, 4))), refusal("forked"));
  store.heed(revokeAt(author, others[2]));
  assert.equal(store.take(runOf(entries.slice(0, 4))).length, 4);
  store.take(runOf(others.slice(1)));
  assert.deepEqual(numbers(feed), [1, 2, 4, 5]);
  store.take(runOf(others.slice(0, 1)));
  assert.deepEqual(feed.counting().at(2).id, others[0].id);
});

test("a fork is proven by what shows it, and others stop at the proof", () => {
  const { author, store, feed, entries } = world(3);
  const others = branch(author, entries[1], "other 3", "other 4");
  const said = heard(store);
  store.take(runOf(entries));
  assert.throws(() => store.take(runOf(others)), refusal("forked"));
  assert.deepEqual([said, feed.forkedAt, numbers(feed)], [["fork"], 3n, [1, 2, 3, 4]]);
  const there = follower(author);
  const control = follower(author);
  there.store.heed(feed.proof);
  assert.throws(() => there.store.take(runOf(entries)), refusal("forked"));
  assert.equal(there.store.take(runOf(entries.slice(0, 2))).length, 2);
  assert.equal(control.store.take(runOf(entries)).length, 4);
});

test("a proof is made of signed entries alone, and of no feed that is unknown", () => {
  const { author, feed, entries } = world(3);
  const others = branch(author, entries[1], "other 3", "other 4");
  const unsigned = { ...others[0], signature: new Uint8Array(64) };
  const lone = [byNumber(entries), byNumber([unsigned])];
  assert.equal(makeFork(feed.key, 3n, ...lone), null);
  const above = makeFork(feed.key, 3n, byNumber(entries), byNumber([unsigned, others[1]]));
  const [one, two] = [follower(author), new Store()];
  one.store.heed(above);
  two.heed(above);
  assert.deepEqual([one.feed.forkedAt, two.feeds.size], [3n, 0]);
});

test("a rotation ends all feeds of the old account as it names them", () => {
  const { author, store, feed, entries } = world(3);
  store.take(runOf(entries));
  const ends = [[author.feed.key, 2n, entries[1].id]];
  const stolen = makeRotation(seed(9), author.account, []);
  store.heed(stolen); // by no key that was promised
  assert.equal(feed.end, null);
  store.heed(makeRotation(keySeed(author.phrase, 1), author.account, ends));
  assert.deepEqual(numbers(feed), [1, 2]);
  store.heed(revokeAt(author, entries[0])); // the old key says nothing more
  assert.deepEqual(numbers(feed), [1, 2]);
});

test("what is of another type or version is skipped, a grant is not", () => {
  const { author, store, feed } = world(1);
  const said = heard(store);
  for (const head of [
    [2, "revoke"],
    [1, "adopt"],
  ])
    store.heed(unknown(author, head));
  assert.deepEqual([said, feed.end], [[], null]);
  assert.throws(() => store.heed(author.grant), refusal("bad-shape"));
});

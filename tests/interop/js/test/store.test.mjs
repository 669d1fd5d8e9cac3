// What the store takes and what counts: sections 3 to 5.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Author } from "../lib/author.mjs";
import { encodeHeader, makeEntry } from "../lib/entries.mjs";
import { entryId, promiseOf } from "../lib/hashes.mjs";
import { publicKey } from "../lib/keys.mjs";
import { keySeed } from "../lib/phrase.mjs";
import { makeGrant } from "../lib/statements.mjs";
import { Store } from "../lib/store.mjs";
import { NOW, post, refusal, runOf, seed, world } from "../testing/world.mjs";

test("a run is proven by its tip, whatever the signatures below it are", () => {
  const { author, store } = world(1);
  const odd = makeEntry(author.feedSeed, author.last, NOW, post("odd"));
  odd.signature = new Uint8Array(64);
  odd.id = entryId(encodeHeader(odd.header), odd.signature);
  const above = makeEntry(author.feedSeed, odd, NOW, post("above"));
  assert.throws(() => store.take(runOf([odd])), refusal("bad-signature"));
  assert.equal(store.take(runOf([above])).length, 1);
  assert.equal(store.take(runOf([odd])).length, 1); // the entry above names it
});

test("a changed entry below the tip is refused", () => {
  const { store, entries } = world(3);
  const changed = entries.map((entry, n) =>
    n === 1 ? { ...entry, body: post("changed") } : entry,
  );
  assert.throws(() => store.take(runOf(changed)), refusal("bad-signature"));
  assert.equal(store.take(runOf(entries)).length, 4);
});

test("an entry that contradicts one that is held is a fork", () => {
  const { author, store, entries } = world(2);
  store.take(runOf(entries));
  const other = makeEntry(author.feedSeed, entries[1], NOW, post("other"));
  assert.throws(() => store.take(runOf([other])), refusal("forked"));
  const after = makeEntry(author.feedSeed, other, NOW, post("after the other"));
  assert.throws(() => store.take(runOf([after])), refusal("forked"));
  const ours = makeEntry(author.feedSeed, entries[2], NOW, post("past the fork"));
  assert.throws(() => store.take(runOf([ours])), refusal("forked"));
});

test("a lower run that the held entries do not name is a fork, not a bad signature", () => {
  const { author, store, feed, entries } = world(2);
  store.take(runOf(entries.slice(2)));
  const other = makeEntry(author.feedSeed, entries[0], NOW, post("other"));
  assert.throws(() => store.take(runOf([other])), refusal("forked"));
  assert.equal(feed.forkedAt, 2n);
  assert.equal(store.take(runOf(entries.slice(0, 1))).length, 1); // what lies below still counts
});

test("an earlier time ends the feed, whichever run came first", () => {
  const { author, store, feed, entries } = world(1);
  const late = makeEntry(author.feedSeed, entries[1], NOW + 1000n, post("late"));
  const changedLate = { ...late, header: { ...late.header, timeMs: 0n } };
  const early = makeEntry(author.feedSeed, changedLate, NOW, post("earlier than the one before"));
  store.take(runOf([early]));
  assert.equal(feed.counting().length, 1); // nothing known speaks against it yet
  store.take(runOf([...entries, late]));
  assert.deepEqual(
    feed.counting().map(({ header }) => header.seq),
    [1n, 2n, 3n],
  );
  assert.deepEqual(feed.offered().list(), [[1n, 3n]]);
});

test("another promise and another account's claim are refused", () => {
  const { author, store, entries } = world(1);
  const account = keySeed(author.phrase, 0);
  const broken = makeGrant(account, author.feedSeed, seed(5));
  assert.throws(() => store.grant(broken), refusal("promise-broken"));
  const thief = new Author(store, seed(8), () => NOW);
  const promise = promiseOf(publicKey(keySeed(thief.phrase, 1)));
  const claim = makeGrant(keySeed(thief.phrase, 0), author.feedSeed, promise);
  assert.throws(() => store.grant(claim), refusal("not-granted"));
  assert.equal(store.take(runOf(entries)).length, 2);
});

test("a body does not decide whose feed it is", () => {
  const { author, entries } = world(1);
  const store = new Store();
  const other = new Author(new Store(), seed(8), () => NOW);
  store.carry(other.account);
  store.grant(makeGrant(keySeed(other.phrase, 0), author.feedSeed, seed(5)));
  assert.equal(store.take(runOf(entries)).length, 2); // the feed has signed for this account, too
});

test("a run with an absent body is not taken from a peer", () => {
  const { store, entries } = world(1);
  const run = runOf(entries);
  const { size, hash } = run.commitments[1];
  run.bodies[1] = [size, hash];
  assert.throws(() => store.take(run), refusal("wrong-body"));
});

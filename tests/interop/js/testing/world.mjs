// What the tests share: authors with some posts, stores that follow them, runs.

import { Author } from "../lib/author.mjs";
import { makeBody } from "../lib/bodies.mjs";
import { makeEntry } from "../lib/entries.mjs";
import { commitmentOf } from "../lib/runs.mjs";
import { Store } from "../lib/store.mjs";

export const NOW = 1700000000000n;
export const seed = (byte) => new Uint8Array(32).fill(byte);
export const post = (text) => makeBody("post", { text });
export const refusal = (code) => (error) => error.code === code;

/** An author with this many posts, and a store that carries the account and its feed. */
export function world(posts) {
  const author = new Author(new Store(), seed(7), () => NOW);
  for (let n = 0; n < posts; n += 1) author.post(`post ${n}`);
  const entries = [...author.feed.entries.values()];
  return { author, ...follower(author), entries };
}

/** One more store that carries the author's account and feed. */
export function follower(author) {
  const store = new Store();
  store.carry(author.account);
  return { store, feed: store.grant(author.grant) };
}

/** The entries of another branch, which goes on from `entry`. */
export function branch(author, entry, ...texts) {
  const entries = [];
  for (const text of texts)
    entries.push(makeEntry(author.feedSeed, entries.at(-1) ?? entry, NOW, post(text)));
  return entries;
}

export function runOf(entries, signatures = entries.map((entry) => entry.signature)) {
  const { feed, seq, previous } = entries[0].header;
  const bodies = entries.map((entry) => entry.body);
  const times = entries.map((entry) => entry.header.timeMs);
  return {
    feed,
    first: seq,
    previous,
    times,
    bodies,
    signatures,
    commitments: bodies.map(commitmentOf),
  };
}

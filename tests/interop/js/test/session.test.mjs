// Two sessions joined without a network: real frames, real stores.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { toHex } from "../lib/bytes.mjs";
import { readFrame } from "../lib/frames.mjs";
import { keySeed } from "../lib/phrase.mjs";
import { Session } from "../lib/session.mjs";
import { makeRevoke } from "../lib/statements.mjs";
import { branch, follower, runOf, world } from "../testing/world.mjs";

/** One end of a line: what is sent here comes out of `frames` there. */
class End {
  constructor() {
    this.queue = [];
    this.ended = false;
    this.wake = () => {};
  }

  send(frame) {
    this.other.take(frame);
  }

  take(frame) {
    this.queue.push(frame);
    this.wake();
  }

  async *frames() {
    while (this.queue.length || !this.ended) {
      if (this.queue.length) yield readFrame(this.queue.shift().subarray(4));
      else await new Promise((resolve) => (this.wake = resolve));
    }
  }

  close() {
    this.other.ended = true;
    this.other.wake();
  }
}

/** Run `play` while two stores that want the same account are in a session. */
async function meet(account, [here, there], play) {
  const ends = [new End(), new End()];
  [ends[0].other, ends[1].other] = [ends[1], ends[0]];
  const sessions = [here, there].map((store, n) => new Session(store, [account], ends[n]));
  const refused = [];
  sessions.forEach((session) => session.on("refused", ({ code }) => refused.push(code)));
  const runs = sessions.map((session) => session.run());
  await play(...sessions);
  sessions[0].bye("done");
  assert.deepEqual(await Promise.all(runs), ["done", "done"]);
  return refused;
}

/** Wait for what other tasks bring about. */
async function until(condition) {
  for (let n = 0; n < 500 && !condition(); n += 1) await sleep(10);
  assert.ok(condition());
}

/** A store with the first entries and one more, and a second with another one in its place. */
function forked() {
  const { author, store: here, feed, entries } = world(2);
  const { store: there, feed: theirs } = follower(author);
  const other = branch(author, entries[2], "other");
  here.take(runOf([...entries, ...branch(author, entries[2], "one")]));
  there.take(runOf([...entries, ...other]));
  return { author, here, there, feed, theirs, check: other[0].signature.subarray(32, 48) };
}

test("a height with another check is asked for, and both learn of the fork", async () => {
  const { author, here, there, feed, theirs, check } = forked();
  const refused = await meet(author.account, [here, there], async (ours, peer) => {
    await until(() => ours.offers.size && peer.offers.size);
    peer.send("Heights", [[feed.key, 4n, check]]);
    await until(() => theirs.proof);
  });
  assert.deepEqual([feed.forkedAt, theirs.forkedAt, refused], [4n, 4n, ["forked"]]);
  assert.equal(toHex(theirs.proof), toHex(feed.proof));
});

test("without a check, or with the same one, nothing is asked", async () => {
  const { author, here, there, feed } = forked();
  const same = feed.entries.get(4n).signature.subarray(32, 48);
  await meet(author.account, [here, there], async (ours, peer) => {
    await until(() => ours.offers.size && peer.offers.size);
    peer.send("Heights", [[feed.key, 4n]]);
    peer.send("Heights", [[feed.key, 4n, same]]);
    await sleep(100);
  });
  assert.equal(feed.forkedAt, null);
});

test("announced heights carry the check", async () => {
  const { author, store: here, feed, entries } = world(2);
  const { store: there } = follower(author);
  here.take(runOf(entries));
  const heights = [];
  await meet(author.account, [here, there], async (ours, peer) => {
    await until(() => peer.store.arrival === 3);
    peer.send("Prune", feed.key);
    peer.on("got", (name, fields) => name === "Heights" && heights.push(...fields[0]));
    await until(() => ours.serving.pruned.size);
    const [next] = branch(author, entries[2], "next");
    here.take(runOf([next]));
    await until(() => peer.store.arrival === 4);
    const [[, seq, check]] = heights;
    const expected = toHex(next.signature.subarray(32, 48));
    assert.deepEqual([heights.length, seq, toHex(check)], [1, 4n, expected]);
  });
});

test("a revoke is said before the offers, and as soon as it comes", async () => {
  const { author, store: here, feed, entries } = world(4);
  const { store: there, feed: theirs } = follower(author);
  here.take(runOf(entries));
  const revoke = (n) =>
    makeRevoke(keySeed(author.phrase, 0), feed.key, BigInt(n), entries[n - 1].id);
  here.heed(revoke(4));
  const got = [];
  await meet(author.account, [here, there], async (ours, peer) => {
    peer.on("got", (name) => got.push(name));
    await until(() => theirs.held.height === 4n);
    here.heed(revoke(2));
    await until(() => theirs.held.height === 2n);
  });
  assert.ok(got.indexOf("Say") < got.indexOf("Have"));
});

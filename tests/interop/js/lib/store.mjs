// What is held: accounts, their feeds, and the entries of these (sections 3 to 5), in memory.

import { EventEmitter } from "node:events";
import { randomBytes } from "node:crypto";

import { readBody } from "./bodies.mjs";
import { equal, toHex } from "./bytes.mjs";
import { MAX_FEEDS_AN_ACCOUNT } from "./limits.mjs";
import { Ranges } from "./ranges.mjs";
import { Refused, refuseIf } from "./refused.mjs";
import { checkRun } from "./runs.mjs";
import { readGrantWire } from "./statements.mjs";

const NOTHING = new Uint8Array(8);

/** Emits `entries` (feed, its new entries, who brought them) for all that comes in. */
export class Store extends EventEmitter {
  constructor() {
    super();
    this.epoch = new Uint8Array(randomBytes(16));
    this.accounts = new Map(); // hex to {account, promise}
    this.feeds = new Map(); // hex to Feed
    this.arrival = 0;
    this.check = NOTHING;
  }

  /** Carry an account: what it grants is taken from now on. */
  carry(account) {
    const name = toHex(account);
    if (!this.accounts.has(name)) this.accounts.set(name, { account, promise: null });
  }

  feedsOf(account) {
    return [...this.feeds.values()].filter((feed) => equal(feed.account, account));
  }

  /** Take in a grant; gives its feed, or null where its account is not carried. */
  grant(wire) {
    const grant = readGrantWire(wire);
    const carried = this.accounts.get(toHex(grant.account));
    if (!carried) return null;
    const broken = carried.promise && !equal(carried.promise, grant.promise);
    refuseIf(broken, "promise-broken");
    const name = toHex(grant.feed);
    const known = this.feeds.get(name);
    refuseIf(known && !equal(known.account, grant.account), "not-granted", "another's feed");
    const full = this.feedsOf(grant.account).length >= MAX_FEEDS_AN_ACCOUNT;
    if (!known && full) return null;
    carried.promise = grant.promise;
    if (!known) this.feeds.set(name, new Feed(grant, wire));
    return this.feeds.get(name);
  }

  /** Check a run (columns as in runs.mjs) and take it in; gives the entries that are new. */
  take(run, from = null) {
    refuseIf(
      run.bodies.some((body) => !(body instanceof Uint8Array)),
      "wrong-body",
      "absent",
    );
    const feed = this.feeds.get(toHex(run.feed));
    if (!feed) throw new Refused("not-granted", "an unknown feed");
    return this.add(feed, feed.check(run), from);
  }

  /** Hold entries that are known to be authentic. */
  add(feed, entries, from = null) {
    const fresh = entries.filter((entry) => !feed.entries.has(entry.header.seq));
    for (const entry of fresh) feed.hold(entry);
    if (fresh.length) {
      this.arrival += fresh.length;
      this.check = fresh.at(-1).id.subarray(0, 8);
      this.emit("entries", feed, fresh, from);
    }
    return fresh;
  }
}

/** One feed: its grant and the entries held, by number. */
class Feed {
  constructor({ feed, account }, wire) {
    this.key = feed;
    this.name = toHex(feed);
    this.account = account;
    this.grant = wire;
    this.entries = new Map();
    this.held = new Ranges();
    this.forkedAt = null; // the lowest number with two authentic entries
  }

  hold(entry) {
    this.entries.set(entry.header.seq, entry);
    this.held.add(entry.header.seq, entry.header.seq);
  }

  /** Check a run against the rules and against what is held. */
  check(run) {
    const entries = this.prove(run);
    this.checkFork(entries);
    if (entries[0].header.seq === 1n) this.checkOwner(entries[0]);
    return entries;
  }

  /** A run is authentic as what a held entry names, or else by its own last signature. */
  prove(run) {
    const above = this.entries.get(run.first + BigInt(run.times.length));
    try {
      if (above) return checkRun(run, above.header.previous);
    } catch (error) {
      if (error.code !== "bad-signature") throw error;
    }
    return checkRun(run);
  }

  /** From the number on at which a feed is known to fork, nothing more is taken. */
  checkFork(entries) {
    const names = [[entries[0].header.seq - 1n, entries[0].header.previous]];
    for (const { header, id } of entries) names.push([header.seq, id]);
    const fork = names.find(([seq, id]) => this.nameOf(seq) && !equal(this.nameOf(seq), id));
    if (fork && (this.forkedAt === null || fork[0] < this.forkedAt)) this.forkedAt = fork[0];
    const last = entries.at(-1).header.seq;
    refuseIf(this.forkedAt !== null && last >= this.forkedAt, "forked", `at ${this.forkedAt}`);
  }

  /** The id that is known of a number: of the entry held, or as the next one names it. */
  nameOf(seq) {
    return this.entries.get(seq)?.id ?? this.entries.get(seq + 1n)?.header.previous;
  }

  /** The first entry says whose feed it is. */
  checkOwner(first) {
    const { kind, fields } = readBody(first.body);
    if (kind !== "open" || !fields) return;
    const grant = readGrantWire(fields.grant);
    const ours = equal(grant.feed, this.key) && equal(grant.account, this.account);
    refuseIf(!ours, "not-granted", "the first entry names another account");
  }

  /** Entries that count, lowest number first: the time rule over all that is held. */
  counting() {
    const all = [...this.entries.values()].sort((a, b) => (a.header.seq < b.header.seq ? -1 : 1));
    let latest = 0n;
    const end = all.findIndex(({ header }) => {
      const earlier = header.timeMs < latest;
      latest = header.timeMs;
      return earlier;
    });
    return end < 0 ? all : all.slice(0, end);
  }

  /** The ranges that may be offered. */
  offered() {
    const ranges = new Ranges();
    for (const { header } of this.counting()) ranges.add(header.seq, header.seq);
    return ranges;
  }

  /** The newest stretch inside [first, last] that may be passed on, at most so much. */
  newest(first, last, mostEntries, mostBytes) {
    const [low, high] = this.offered().newest(first, last, BigInt(mostEntries)) ?? [1n, 0n];
    const stretch = [];
    let size = 0;
    for (let seq = high; seq >= low; seq -= 1n) {
      const entry = this.entries.get(seq);
      size += entry.body.length;
      if (size > mostBytes && stretch.length) break;
      stretch.unshift(entry);
    }
    return stretch;
  }
}

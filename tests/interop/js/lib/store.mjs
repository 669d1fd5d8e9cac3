// What is held: accounts, their feeds, and the entries of these (sections 3 to 5), in memory.

import { EventEmitter } from "node:events";
import { randomBytes } from "node:crypto";

import { equal, toHex } from "./bytes.mjs";
import { Feed } from "./feed.mjs";
import { MAX_FEEDS_AN_ACCOUNT } from "./limits.mjs";
import { Refused, refuseIf } from "./refused.mjs";
import { readSaid } from "./said.mjs";
import * as statements from "./statements.mjs";

const NOTHING = new Uint8Array(8);

/**
 * Emits `entries` (feed, its new entries, who brought them) for all that comes in, and `said`
 * (account, statement or proof, who brought it) for what counts anew.
 */
export class Store extends EventEmitter {
  constructor() {
    super();
    this.epoch = new Uint8Array(randomBytes(16));
    this.accounts = new Map(); // hex to {account, promise, revokes by hex of feeds, rotation}
    this.feeds = new Map(); // hex to Feed
    this.arrival = 0;
    this.check = NOTHING;
  }

  /** Carry an account: what it grants is taken from now on. */
  carry(account) {
    const name = toHex(account);
    const unknown = { account, promise: null, revokes: new Map(), rotation: null };
    if (!this.accounts.has(name)) this.accounts.set(name, unknown);
  }

  feedsOf(account) {
    return [...this.feeds.values()].filter((feed) => equal(feed.account, account));
  }

  /** Take in a grant; gives its feed, or null where its account is not carried. */
  grant(wire) {
    const grant = statements.readGrantWire(wire);
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
    if (known) return known;
    const feed = new Feed(grant, wire);
    this.feeds.set(name, feed);
    this.review(feed);
    return feed;
  }

  /** Let a feed end where its account says, if it says so. */
  review(feed) {
    const { revokes, rotation } = this.accounts.get(toHex(feed.account));
    const named = rotation?.ends.find(([key]) => equal(key, feed.key));
    const [, seq, id] = named ?? [feed.key, 0n, null];
    const end = rotation ? { seq, id } : revokes.get(feed.name);
    if (end) feed.endWith(end);
  }

  /** Heed a statement or fork proof on the wire; what changes nothing that counts is ignored. */
  heed(wire, from = null) {
    const accounts = [...this.accounts.values()].map(({ account }) => account);
    const feeds = [...this.feeds.values()].map(({ key }) => key);
    const said = readSaid(wire, { accounts, feeds });
    if (!said) return;
    const feed = said.type === "fork" ? this.feeds.get(toHex(said.feed)) : null;
    const account = feed?.account ?? said.account;
    const changes = feed ? feed.accuse(said) : this.keep(this.accounts.get(toHex(account)), said);
    if (!changes) return;
    if (!feed) this.feedsOf(account).forEach((one) => this.review(one));
    this.emit("said", account, said, from);
  }

  /** Keep a statement if it changes what counts of its account. */
  keep(carried, said) {
    const { revokes, rotation, promise } = carried;
    if (said.type === "rotate") {
      if (!promise || !statements.keepsPromise(said, carried)) return false;
      carried.rotation = statements.rotationThatCounts([rotation ?? said, said]);
      return carried.rotation !== rotation;
    }
    const name = toHex(said.feed);
    const known = revokes.get(name);
    if (rotation || (!known && revokes.size >= MAX_FEEDS_AN_ACCOUNT)) return false;
    revokes.set(name, statements.revokeThatCounts([known ?? said, said]));
    return revokes.get(name) !== known;
  }

  /** Wires of all that counts of an account: what to say before its feeds, and after them. */
  saidOf(account) {
    const { revokes, rotation } = this.accounts.get(toHex(account));
    const proofs = this.feedsOf(account).flatMap(({ proof }) => proof ?? []);
    if (rotation) return { before: [], after: [rotation.wire, ...proofs] };
    return { before: [...revokes.values()].map(({ wire }) => wire), after: proofs };
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
    return this.add(feed, this.judge(feed, run), from);
  }

  /** Check a run against its feed; a fork that it shows is kept and told. */
  judge(feed, run) {
    const known = feed.proof;
    try {
      return feed.check(run);
    } finally {
      const said = { type: "fork", feed: feed.key, seq: feed.forkedAt, wire: feed.proof };
      if (feed.proof !== known) this.emit("said", feed.account, said, null);
    }
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

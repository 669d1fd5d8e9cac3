// Sections 9 to 11: one session with one peer. Frames in, frames out, and the store.

import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";

import { concat, equal, toHex } from "./bytes.mjs";
import { columnsOf, writeFrame } from "./frames.mjs";
import { dayOf } from "./interest.mjs";
import { blind } from "./hashes.mjs";
import * as limits from "./limits.mjs";
import { PeerOrder } from "./order.mjs";
import { Ranges } from "./ranges.mjs";
import { Refused } from "./refused.mjs";
import { Serving } from "./serving.mjs";

const SOFTWARE = "sayso-interop-js 1";

/** Emits `sent` and `got` (name of the frame, fields), and `refused` (error). */
export class Session extends EventEmitter {
  constructor(store, wanted, link) {
    super();
    this.store = store;
    this.wanted = wanted; // accounts
    this.link = link;
    this.order = new PeerOrder();
    this.serving = new Serving(this);
    this.offers = new Map(); // hex of a feed to the ranges that the peer says it holds
    this.asking = new Map(); // hex of a feed to our one open ask of it
    this.probes = new Map(); // hex of a feed to a held number of which the peer has another entry
    this.probedAt = -Infinity;
    this.nextNumber = 1n;
    this.answered = false; // whether all our wants are
    this.syncedAt = -Infinity;
    this.refusals = 0;
    this.ended = false;
  }

  send(name, ...fields) {
    if (this.ended) return;
    this.link.send(writeFrame(name, ...fields));
    this.emit("sent", name, fields);
  }

  /** Speak until the stream or the session ends. Gives the code of the end. */
  async run() {
    const onEntries = (feed, entries, from) => this.serving.tell(feed, entries, from === this);
    const onSaid = (account, said, from) => this.heard(account, said, from === this);
    this.store.on("entries", onEntries).on("said", onSaid);
    try {
      this.greet();
      for await (const frame of this.link.frames()) {
        this.follow(frame);
        if (this.ended) return this.code;
      }
      return this.code ?? "closed";
    } catch (error) {
      return this.endFor(error);
    } finally {
      this.store.off("entries", onEntries).off("said", onSaid);
      this.stop();
      await this.link.close();
    }
  }

  endFor(error) {
    if (!(error instanceof Refused)) throw error;
    this.emit("refused", error);
    this.bye(error.code, error.message.slice(0, limits.MAX_REASON));
    return error.code;
  }

  greet() {
    this.send("Hello", 1, SOFTWARE, this.store.epoch, null);
    this.want();
  }

  /** Name all that is wanted, in as many frames as it takes. */
  want() {
    const day = dayOf(Date.now());
    const names = this.wanted.map((account) => blind(account, day));
    do {
      const some = names.splice(0, limits.MAX_WANTS_A_FRAME);
      const more = names.length > 0;
      this.send("Want", day, concat(...some), more, new Uint8Array(randomBytes(16)));
    } while (names.length);
    this.answered = false;
  }

  bye(code, reason = "") {
    if (this.ended) return;
    this.send("Bye", code, reason);
    this.code = code;
    this.stop();
  }

  stop() {
    this.ended = true;
    clearTimeout(this.syncTimer);
    this.serving.stop();
    for (const { timer } of this.asking.values()) clearTimeout(timer);
  }

  follow(frame) {
    this.emit("got", frame.name, frame.fields);
    const ask = this.order.follow(frame);
    const handler = `on${frame.name}`;
    if (frame.name === "Entries") this.onEntries(frame.fields, ask);
    else if (this[handler]) this[handler](...frame.fields);
    else this.serving[handler]?.(...frame.fields);
    if (!this.ended) this.pull();
  }

  onHello(version, software, epoch, resume) {
    // Nothing is remembered between runs, so a resume never speaks of this store.
    if (resume && !resume[4]) this.send("Again");
  }

  onBye(code) {
    this.code = code;
    this.stop();
  }

  onAgain() {
    this.want();
  }

  onHave(offers, more) {
    for (const [grant, held] of offers) this.tolerate(() => this.takeOffer(grant, held));
    if (!more) this.answered = true;
  }

  takeOffer(grant, held) {
    const feed = this.store.grant(grant);
    if (!feed || !this.wants(feed.account)) return;
    const offer = this.offers.get(feed.name) ?? new Ranges();
    for (const [first, last] of held) offer.add(first, last);
    this.offers.set(feed.name, offer);
  }

  wants(account) {
    return this.wanted.some((wanted) => equal(wanted, account));
  }

  /** The peer holds the feed from what it said before up to this number. */
  onHeights(heights) {
    for (const [feed, seq, check] of heights) {
      const name = toHex(feed);
      const offer = this.offers.get(name);
      if (!offer) continue;
      if (check && this.hasAnother(name, seq, check)) this.probes.set(name, seq);
      if (seq > offer.height) offer.add(offer.height + 1n, seq);
    }
  }

  /** Whether the peer announces another entry than the one held, and may be asked for it. */
  hasAnother(name, seq, check) {
    const feed = this.store.feeds.get(name);
    const held = feed.entries.get(seq);
    if (!held || seq > feed.limit || equal(held.signature.subarray(32, 48), check)) return false;
    if (performance.now() - this.probedAt < limits.RECHECK_EVERY_MS) return false;
    this.probedAt = performance.now();
    return true;
  }

  onSay(wires) {
    for (const wire of wires) this.tolerate(() => this.store.heed(wire, this));
  }

  /** Something counts anew, which this peer or another one said, or which was found here. */
  heard(account, said, fromPeer) {
    this.serving.passOn(account, said, fromPeer);
    if (!fromPeer) this.pull();
  }

  onMiss(numbers) {
    for (const number of numbers) {
      const name = this.missed(number);
      const ended = name && this.store.feeds.get(name).end; // it may have let go of what it had
      if (!ended) this.disappoint(new Refused("refused", "too many misses"));
    }
  }

  /** The peer does not hold what an open ask was for; gives the name of the feed. */
  missed(number) {
    const found = [...this.asking].find(([, ask]) => ask.number === number);
    if (!found) return null; // it was given up
    const [name, { first, last }] = found;
    this.settle(name, number);
    this.offers.get(name).remove(first, last);
    return name;
  }

  onEntries(fields, ask) {
    const run = columnsOf(fields);
    const name = toHex(run.feed);
    const last = run.first + BigInt(run.times.length) - 1n;
    const offer = this.offers.get(name);
    if (!offer) return; // a push of a feed that is not wanted
    this.settle(name, fields[0]);
    if (ask)
      offer.remove(last + 1n, ask.last); // what is above the run is not held
    else if (last > offer.height) offer.add(offer.height + 1n, last);
    const taken = this.tolerate(() => this.store.take(run, this));
    // What lies past an end or a fork is not asked for again, what lies below it may be.
    if (!taken && last <= this.store.feeds.get(name).limit) offer.remove(run.first, last);
  }

  /** What is refused in a sound frame does not end the session until there is much of it. */
  tolerate(take) {
    try {
      return take() ?? true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.emit("refused", error);
      // Who has another branch of a feed is not to blame for it.
      if (error.code !== "forked" && error.code !== "revoked") this.disappoint(error);
      return false;
    }
  }

  /** Leave a peer that was refused, or has missed, too much. */
  disappoint(error) {
    this.refusals += 1;
    if (this.refusals >= limits.MAX_REFUSALS) throw error;
  }

  /** Ask for what the peer offered and the store lacks, newest first; else say `Synced`. */
  pull() {
    for (const [name, offer] of this.offers) {
      if (this.order.asked.size >= limits.MAX_OPEN_REQUESTS) break;
      if (!this.asking.has(name)) this.pullFeed(this.store.feeds.get(name), offer);
    }
    if (this.answered && this.asking.size === 0) this.sayWhenDue();
  }

  pullFeed(feed, offer) {
    const probe = this.probes.get(feed.name);
    this.probes.delete(feed.name);
    if (probe) return this.ask(feed, probe, probe);
    const lacking = feed.lackingOf(offer);
    const most = feed.held.empty ? limits.FIRST_WINDOW : limits.MAX_RUN_ENTRIES;
    if (!lacking.empty) this.ask(feed, ...lacking.newest(1n, lacking.height, BigInt(most)));
  }

  ask(feed, first, last) {
    const number = this.nextNumber++;
    this.order.ask(number, feed.key, first, last);
    const timer = setTimeout(() => this.giveUp(number), limits.ASK_TIMEOUT_MS);
    this.asking.set(feed.name, { number, first, last, timer });
    this.send("Get", [[number, feed.key, first, last]]);
  }

  giveUp(number) {
    this.order.giveUp(number);
    this.missed(number);
    this.pull();
  }

  settle(name, number) {
    if (this.asking.get(name)?.number !== number) return;
    clearTimeout(this.asking.get(name).timer);
    this.asking.delete(name);
  }

  /** `Synced` once all is there, at most every SYNCED_EVERY_MS. */
  sayWhenDue() {
    if (this.syncedFor === this.store.arrival || this.syncTimer) return;
    const wait = this.syncedAt + limits.SYNCED_EVERY_MS - performance.now();
    this.syncTimer = setTimeout(() => this.saySynced(), Math.max(0, wait));
  }

  saySynced() {
    this.syncTimer = null;
    if (this.asking.size > 0) return;
    this.syncedAt = performance.now();
    this.syncedFor = this.store.arrival;
    this.send("Synced");
  }
}

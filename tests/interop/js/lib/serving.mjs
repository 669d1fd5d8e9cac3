// The half of a session that answers the peer: its wants, its asks, and what is new.

import { concat, toHex } from "./bytes.mjs";
import { Days, findAccount } from "./interest.mjs";
import * as limits from "./limits.mjs";

const ANNOUNCE_EVERY_MS = 200;

export class Serving {
  constructor(session) {
    this.session = session;
    this.store = session.store;
    this.wanted = new Map(); // hex to account: what the peer wants of what is carried
    this.told = new Set(); // hex of feeds that were offered
    this.pruned = new Set();
    this.heights = new Map(); // hex of pruned feeds to what is to be announced
    this.marked = null;
    this.days = new Days();
  }

  send(...frame) {
    this.session.send(...frame);
  }

  onWant(day, blinds, more) {
    const accounts = this.matches(day, blinds);
    for (const account of accounts) this.wanted.set(toHex(account), account);
    const feeds = accounts.flatMap((account) => this.store.feedsOf(account));
    const said = accounts.map((account) => this.store.saidOf(account));
    this.say(said.flatMap(({ before }) => before));
    this.offer(feeds, more);
    this.say(said.flatMap(({ after }) => after));
    if (!more) this.mark();
  }

  onUnwant(day, blinds) {
    for (const account of this.matches(day, blinds)) this.wanted.delete(toHex(account));
  }

  matches(day, blinds) {
    this.days.note(day, Date.now(), performance.now());
    const carried = [...this.store.accounts.values()].map(({ account }) => account);
    const names = Array.from({ length: blinds.length / 8 }, (_, n) =>
      blinds.subarray(8 * n, 8 * n + 8),
    );
    return names.map((name) => findAccount(carried, day, name)).filter((account) => account);
  }

  say(wires) {
    for (let at = 0; at < wires.length; at += limits.MAX_SAID_A_FRAME)
      this.send("Say", wires.slice(at, at + limits.MAX_SAID_A_FRAME));
  }

  /** Pass on what counts anew to a peer that wants its account and did not say it. */
  passOn(account, { wire }, fromPeer) {
    if (!fromPeer && this.wanted.has(toHex(account))) this.say([wire]);
  }

  /** Describe feeds in one `Have`: all fit, of the few accounts that are carried here. */
  offer(feeds, more) {
    const held = feeds.filter((feed) => !feed.held.empty).slice(0, limits.MAX_FEEDS_A_HAVE);
    for (const feed of held) this.told.add(feed.name);
    const ranges = (feed) => feed.offered().list().slice(-limits.MAX_RANGES);
    this.send(
      "Have",
      held.map((feed) => [feed.grant, ranges(feed)]),
      more,
    );
  }

  /** Say how far the peer knows the store, unless that would repeat the last one. */
  mark() {
    if (this.marked === this.store.arrival) return;
    this.marked = this.store.arrival;
    this.send("Mark", this.store.arrival, this.store.check);
  }

  onSynced() {
    this.mark();
  }

  onGet(asks) {
    const missing = asks.filter((ask) => !this.answer(...ask)).map(([number]) => number);
    if (missing.length) this.send("Miss", missing);
  }

  answer(number, feed, first, last) {
    const held = this.store.feeds.get(toHex(feed));
    const most = [limits.MAX_RUN_ENTRIES, limits.MAX_RUN_BYTES];
    const stretch = held?.newest(first, last, ...most) ?? [];
    this.session.order.owed.delete(number);
    if (stretch.length) this.sendRun(number, stretch);
    return stretch.length > 0;
  }

  sendRun(number, entries) {
    const { feed, seq, previous } = entries[0].header;
    const times = entries.map(({ header }) => header.timeMs);
    const deltas = times.map((time, n) => (n ? time - times[n - 1] : time));
    const bodies = entries.map(({ body }) => body);
    const signatures = concat(...entries.map(({ signature }) => signature));
    this.send("Entries", number, feed, seq, previous, deltas, bodies, signatures);
  }

  onPrune(keys) {
    for (const name of names(keys)) this.pruned.add(name);
  }

  onGraft(keys) {
    for (const name of names(keys)) this.pruned.delete(name);
  }

  /** Bring what is new to a peer that wants it and does not have it. */
  tell(feed, entries, fromPeer) {
    if (fromPeer || !this.wanted.has(toHex(feed.account))) return;
    const counting = new Set(feed.counting().map(({ id }) => id));
    const news = entries.filter(({ id }) => counting.has(id));
    if (!news.length) return;
    const last = news.at(-1).header.seq;
    const run = last - news[0].header.seq + 1n === BigInt(news.length);
    const newest = last === feed.held.height;
    if (!this.told.has(feed.name) || !newest) this.offer([feed], this.listing());
    else if (this.pruned.has(feed.name)) this.announceLater(feed, news.at(-1));
    else if (!run || news.length > limits.LIVE_ENTRIES)
      this.send("Heights", [heightOf(feed, news.at(-1))]);
    else this.sendRun(0, news);
  }

  /** Whether the peer is still to be answered about some of its wants. */
  listing() {
    return this.session.order.state !== "open";
  }

  announceLater(feed, entry) {
    this.heights.set(feed.name, heightOf(feed, entry));
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.send("Heights", [...this.heights.values()]);
      this.heights.clear();
    }, ANNOUNCE_EVERY_MS);
  }

  stop() {
    clearTimeout(this.timer);
  }
}

/** A height with the check of the entry there: where two differ, the feed has forked. */
const heightOf = (feed, { header, signature }) => [feed.key, header.seq, signature.subarray(32, 48)];

const names = (keys) =>
  Array.from({ length: keys.length / 32 }, (_, n) => toHex(keys.subarray(32 * n, 32 * n + 32)));

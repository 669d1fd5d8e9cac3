// One feed: what is held of it, and what of this counts (sections 3 to 5).

import { equal, toHex } from "./bytes.mjs";
import { isSigned, makeFork } from "./forks.mjs";
import { MAX_SEQ } from "./limits.mjs";
import { Ranges } from "./ranges.mjs";
import { refuseIf } from "./refused.mjs";
import { checkRun } from "./runs.mjs";

/** A feed: its grant and the entries held, by number. */
export class Feed {
  constructor({ feed, account }, wire) {
    this.key = feed;
    this.name = toHex(feed);
    this.account = account;
    this.grant = wire;
    this.entries = new Map();
    this.held = new Ranges();
    this.forkedAt = null; // the lowest number known with two authentic entries
    this.proof = null; // of a fork, on the wire
    this.end = null; // {seq, id} of the last entry that counts, 0 and null for none
  }

  /** The highest number that may be asked for. */
  get limit() {
    if (this.end) return this.end.seq;
    return this.forkedAt === null ? MAX_SEQ : this.forkedAt - 1n;
  }

  /** What of these ranges is wanted and not held. */
  lackingOf(ranges) {
    const lacking = ranges.without(this.held);
    lacking.remove(this.limit + 1n, MAX_SEQ);
    return lacking;
  }

  hold(entry) {
    this.entries.set(entry.header.seq, entry);
    this.held.add(entry.header.seq, entry.header.seq);
  }

  drop(seq) {
    this.entries.delete(seq);
    this.held.remove(seq, seq);
  }

  /** Heed a proof that the feed forks; false where one is known. */
  accuse({ seq, wire }) {
    if (this.forkedAt === null || seq < this.forkedAt) this.forkedAt = seq;
    if (this.proof) return false;
    this.proof = wire;
    return true;
  }

  /** The account says where the feed ends: let go of what does not count. */
  endWith(end) {
    this.end = end;
    const chain = this.chain();
    const isOther = (seq, id) => chain.has(seq) && !equal(chain.get(seq), id);
    for (const [seq, { id }] of [...this.entries])
      if (seq > end.seq || isOther(seq, id)) this.dropFrom(seq);
  }

  /** Drop an entry, and those below it that were authentic through it alone. */
  dropFrom(seq) {
    this.drop(seq);
    for (let at = seq - 1n; this.entries.has(at) && !isSigned(this.entries.get(at)); at -= 1n)
      this.drop(at);
  }

  /** Number to id of the entries that the end names, as far down as they are held. */
  chain() {
    const names = new Map();
    for (let { seq, id } = this.end ?? { id: null }; id !== null; seq -= 1n) {
      names.set(seq, id);
      const entry = this.entries.get(seq);
      id = entry && equal(entry.id, id) ? entry.header.previous : null;
    }
    return names;
  }

  /** Check a run against the rules and against what is held. */
  check(run) {
    const entries = this.prove(run);
    this.checkEnd(entries);
    if (this.chain().has(entries.at(-1).header.seq)) this.makeRoom(entries);
    else this.checkFork(entries);
    return entries;
  }

  /** Refuse an entry to be published where nothing more may be. */
  checkNext(entry) {
    this.checkEnd([entry]);
    this.checkFork([entry]);
  }

  checkEnd(entries) {
    const { header, id } = entries.at(-1);
    refuseIf(this.end && header.seq > this.end.seq, "revoked", "past the end of the feed");
    const named = this.chain().get(header.seq);
    refuseIf(named && !equal(named, id), "revoked", "another branch");
  }

  /** The entries lead up to the end, so that what is held beside them does not count. */
  makeRoom(entries) {
    const { seq, previous } = entries[0].header;
    const isOther = (at, id) => this.entries.has(at) && !equal(this.entries.get(at).id, id);
    for (const { header, id } of entries) if (isOther(header.seq, id)) this.drop(header.seq);
    if (isOther(seq - 1n, previous)) this.dropFrom(seq - 1n);
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

  /** From the number on at which a feed is known to fork, nothing more is taken without an end. */
  checkFork(entries) {
    const names = [[entries[0].header.seq - 1n, entries[0].header.previous]];
    for (const { header, id } of entries) names.push([header.seq, id]);
    const fork = names.find(([seq, id]) => this.nameOf(seq) && !equal(this.nameOf(seq), id));
    if (fork) this.prosecute(fork[0], entries);
    // A feed with an end goes on up to it: which branch counts is shown from the end down.
    const isPast = !this.end && entries.at(-1).header.seq > this.limit;
    refuseIf(fork || isPast, "forked", `at ${this.forkedAt}`);
  }

  prosecute(seq, entries) {
    if (this.forkedAt === null || seq < this.forkedAt) this.forkedAt = seq;
    const theirs = new Map(entries.map((entry) => [entry.header.seq, entry]));
    this.proof ??= makeFork(this.key, seq, this.entries, theirs);
  }

  /** The id that is known of a number: of the entry held, or as the next one names it. */
  nameOf(seq) {
    return this.entries.get(seq)?.id ?? this.entries.get(seq + 1n)?.header.previous;
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

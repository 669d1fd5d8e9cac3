// Section 10: which frame a peer may send when, and which answers were asked for.

import { toHex } from "./bytes.mjs";
import { LIVE_ENTRIES, MAX_OPEN_REQUESTS, MAX_WANTS } from "./limits.mjs";
import { Refused, refuseIf } from "./refused.mjs";

const BOTH = [
  "Unwant",
  "Have",
  "Entries",
  "Miss",
  "Heights",
  "Synced",
  "Mark",
  "Again",
  "Prune",
  "Graft",
  "Say",
];
const stay = (state, names) => Object.fromEntries(names.map((name) => [name, state]));

export const TRANSITIONS = {
  silent: { Hello: "listing", Bye: "closed" },
  listing: { Want: "open", Bye: "closed", ...stay("listing", BOTH) },
  open: { Want: "open", Get: "open", Bye: "closed", ...stay("open", BOTH) },
  closed: {},
};

/** The state that a peer is in by what it has sent, and the asks open in both directions. */
export class PeerOrder {
  constructor() {
    this.state = "silent";
    this.wants = 0;
    this.asked = new Map(); // our asks: number to {feed, first, last}
    this.givenUp = new Map(); // those that took too long: an answer is no offence
    this.owed = new Set(); // numbers of the peer's asks
  }

  /** Note an ask that is sent to the peer. */
  ask(number, feed, first, last) {
    if (this.asked.size >= MAX_OPEN_REQUESTS) throw new RangeError("too many asks are open");
    this.asked.set(number, { feed: toHex(feed), first, last });
    return this.asked.get(number);
  }

  /** Follow a frame of the peer; gives the ask that `Entries` answer (null for a push). */
  follow({ name, fields }) {
    const next = TRANSITIONS[this.state][name];
    refuseIf(!next, "protocol-violation", `${name} while ${this.state}`);
    if (name === "Hello") refuseIf(fields[0] !== 1n, "unknown-version", "peer");
    if (name === "Want") this.countWants(fields[1].length / 8);
    if (name === "Unwant") this.wants = Math.max(0, this.wants - fields[1].length / 8);
    if (name === "Get") fields[0].forEach(([number]) => this.owe(number));
    this.state = name === "Want" && fields[2] ? this.state : next;
    if (name === "Miss") fields[0].forEach((number) => this.answered(number));
    if (name !== "Entries") return null;
    if (fields[0] !== 0n) return this.answerOf(fields);
    refuseIf(fields[4].length > LIVE_ENTRIES, "too-large", "push");
    return null;
  }

  /** A resume without changes was accepted: the peer owes no list. */
  resumed() {
    if (this.state === "listing") this.state = "open";
  }

  countWants(count) {
    this.wants += count;
    refuseIf(this.wants > MAX_WANTS, "too-large", "wants");
  }

  owe(number) {
    refuseIf(this.owed.has(number), "protocol-violation", "an ask of this number is open");
    this.owed.add(number);
    refuseIf(this.owed.size > MAX_OPEN_REQUESTS, "too-large", "asks");
  }

  /** Stop waiting for the answer to an ask. */
  giveUp(number) {
    this.givenUp.set(number, this.asked.get(number));
    this.asked.delete(number);
  }

  answered(number) {
    const ask = this.asked.get(number) ?? this.givenUp.get(number);
    if (!ask) throw new Refused("not-asked", `ask ${number}`);
    this.asked.delete(number);
    this.givenUp.delete(number);
    return ask;
  }

  answerOf([number, feed, first, , deltas]) {
    const ask = this.answered(number);
    const last = first + BigInt(deltas.length) - 1n;
    const inside = ask.feed === toHex(feed) && first >= ask.first && last <= ask.last;
    refuseIf(!inside, "not-asked", "another feed or range");
    return ask;
  }
}

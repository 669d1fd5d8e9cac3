// Section 9: wanted accounts are named for a day.

import { equal } from "./bytes.mjs";
import { blind } from "./hashes.mjs";
import { DAYS_A_SESSION, DAY_MS } from "./limits.mjs";
import { refuseIf } from "./refused.mjs";

export const dayOf = (nowMs) => Math.floor(nowMs / DAY_MS);

/** The days for which one peer names what it wants. */
export class Days {
  constructor() {
    this.far = new Set(); // days that are not around that of the own clock
    this.sinceMs = null; // when the first of these was named
  }

  /** Refuse more days than pass; `wallMs` is Unix time, `monoMs` of a clock that never jumps. */
  note(day, wallMs, monoMs) {
    const number = Number(day);
    if (Math.abs(number - dayOf(wallMs)) <= 1 || this.far.has(number)) return;
    this.sinceMs ??= monoMs;
    const passed = Math.floor((monoMs - this.sinceMs) / DAY_MS);
    refuseIf(this.far.size >= DAYS_A_SESSION + passed, "wrong-day", "more days than pass");
    this.far.add(number);
  }
}

/** The account among `accounts` that a name means on a day, or null. */
export const findAccount = (accounts, day, name) =>
  accounts.find((account) => equal(blind(account, day), name)) ?? null;

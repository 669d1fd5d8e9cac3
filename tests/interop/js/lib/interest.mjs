// Section 9: wanted accounts are named for a day.

import { equal } from "./bytes.mjs";
import { blind } from "./hashes.mjs";
import { DAY_MS } from "./limits.mjs";
import { refuseIf } from "./refused.mjs";

export const dayOf = (nowMs) => Math.floor(nowMs / DAY_MS);

/** Refuse names for another day than yesterday, today and tomorrow of the own clock. */
export function checkDay(day, nowMs) {
  refuseIf(Math.abs(Number(day) - dayOf(nowMs)) > 1, "wrong-day");
}

/** The account among `accounts` that a name means on a day, or null. */
export const findAccount = (accounts, day, name) =>
  accounts.find((account) => equal(blind(account, day), name)) ?? null;

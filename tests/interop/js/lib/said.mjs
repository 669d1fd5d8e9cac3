// Sections 3, 5 and 8: what `Say` carries, statements and fork proofs.

import { equal } from "./bytes.mjs";
import { accusedBy, readFork } from "./forks.mjs";
import { decode } from "./msgpack.mjs";
import { Refused, refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";
import { claimOf, readStatement } from "./statements.mjs";

/**
 * Read what is said of an account or feed that `concerns` (accounts, feeds: lists of keys);
 * null for anything else, and for what this software does not know, which is no offence.
 */
export function readSaid(wire, { accounts, feeds }) {
  const has = (keys, key) => keys.some((one) => equal(one, key));
  try {
    const isProof = typeof shape.array(decode(wire))[0] === "bigint";
    if (isProof && !has(feeds, accusedBy(wire))) return null;
    if (isProof) return { type: "fork", ...readFork(wire), wire };
    const { type, account } = claimOf(wire);
    refuseIf(type === "grant", "bad-shape", "a grant travels with its feed");
    if (type === null || !has(accounts, account)) return null;
    return { ...readStatement(wire), wire };
  } catch (error) {
    if (error instanceof Refused && error.code === "unknown-version") return null;
    throw error;
  }
}

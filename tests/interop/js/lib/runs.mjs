// Section 5: runs, checked as columns.

import { equal, isBytes } from "./bytes.mjs";
import { checkHeader, encodeHeader } from "./entries.mjs";
import { bodyHash, entryId } from "./hashes.mjs";
import { ENTRY_DOMAIN, verify } from "./keys.mjs";
import { MAX_SEQ } from "./limits.mjs";
import { refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";

/**
 * Check a run given as columns: feed, first (BigInt), previous, times (BigInt, ms),
 * commitments ({size, hash}), signatures, bodies (Uint8Array, or null where absent).
 * It is proven by its last signature, or by `tip`, an id known to be authentic.
 * Gives its entries, lowest number first.
 */
export function checkRun(run, tip = null) {
  checkColumns(run);
  let previous = run.previous;
  const entries = run.times.map((timeMs, n) => {
    const { size, hash } = run.commitments[n];
    const seq = run.first + BigInt(n);
    const fields = { feed: run.feed, seq, previous, timeMs, bodySize: size, bodyHash: hash };
    const header = checkHeader(fields);
    const headerBytes = encodeHeader(header);
    const signature = run.signatures[n];
    const id = entryId(headerBytes, signature);
    previous = id;
    return { header, headerBytes, id, signature, body: run.bodies?.[n] ?? null };
  });
  checkTimes(run.times);
  checkTip(entries.at(-1), tip);
  return entries;
}

function checkColumns(run) {
  const count = run.times.length;
  refuseIf(count < 1, "bad-shape", "a run of nothing");
  const same = run.commitments.length === count && run.signatures.length === count;
  refuseIf(!same, "bad-shape", "columns of different lengths");
  shape.seq(run.first);
  refuseIf(run.first + BigInt(count) - 1n > MAX_SEQ, "bad-sequence", "past the highest number");
  for (const signature of run.signatures) shape.bytes(signature, 64, "signature");
}

function checkTimes(times) {
  const back = times.some((time, n) => n > 0 && time < times[n - 1]);
  refuseIf(back, "time-goes-back");
}

function checkTip(last, tip) {
  if (tip === null) verify(last.header.feed, ENTRY_DOMAIN, last.headerBytes, last.signature);
  else refuseIf(!equal(last.id, tip), "bad-signature", "not the entry that the next one names");
}

/** The size and hash that a column holds for a body: its own, or those given in its place. */
export function commitmentOf(body) {
  if (isBytes(body)) return { size: BigInt(body.length), hash: bodyHash(body) };
  shape.array(body, 2, "absent body");
  const size = shape.integer(body[0], 1n, 2n ** 64n - 1n, "bad-shape", "size");
  return { size, hash: shape.bytes(body[1], 32, "hash") };
}

// Section 5: the proof that a feed forked.

import { compare, equal } from "./bytes.mjs";
import { MAX_FORK, MAX_FORK_ENTRIES } from "./limits.mjs";
import { decode, encode } from "./msgpack.mjs";
import { refuseIf } from "./refused.mjs";
import { checkRun } from "./runs.mjs";
import * as shape from "./shape.mjs";

/** Read a fork proof; gives the feed and the number at which it forks. */
export function readFork(wire) {
  refuseIf(wire.length > MAX_FORK, "too-large", "fork proof");
  const items = shape.array(decode(wire), undefined, "fork proof");
  shape.integer(items[0], 0n, 2n ** 64n - 1n, "bad-shape", "version");
  refuseIf(items[0] !== 1n, "unknown-version", "fork proof");
  shape.array(items, 5, "fork proof");
  refuseIf(items[1] !== "fork", "bad-shape", "no fork proof");
  const feed = shape.key(items[2], "feed");
  const runs = [items[3], items[4]].map((run) => checkRun(readRun(feed, run)));
  const seq = forkOf(namesOf(runs[0]), namesOf(runs[1]));
  refuseIf(compare(encode(items[3]), encode(items[4])) > 0, "not-canonical", "order of the runs");
  return { feed, seq };
}

function readRun(feed, run) {
  shape.array(run, 6, "run");
  const [first, previous, times, sizes, hashes, signatures] = run;
  for (const column of [times, sizes, hashes, signatures]) {
    shape.array(column, undefined, "column");
    refuseIf(column.length < 1, "bad-shape", "a run of nothing");
    refuseIf(column.length > MAX_FORK_ENTRIES, "too-large", "run in a fork proof");
  }
  refuseIf(sizes.length !== hashes.length, "bad-shape", "columns of different lengths");
  const commitments = sizes.map((size, n) => ({ size, hash: hashes[n] }));
  for (const time of times) shape.time(time);
  return { feed, first, previous, times, commitments, signatures };
}

/** What a run names: number to id, with the number before its first. */
function namesOf(entries) {
  const names = new Map(entries.map((entry) => [entry.header.seq, entry.id]));
  const first = entries[0].header;
  if (first.previous) names.set(first.seq - 1n, first.previous);
  return names;
}

function forkOf(ours, theirs) {
  const both = [...ours.keys()].filter((seq) => theirs.has(seq));
  const different = both.filter((seq) => !equal(ours.get(seq), theirs.get(seq)));
  refuseIf(different.length === 0, "not-forked");
  return different.reduce((lowest, seq) => (seq < lowest ? seq : lowest));
}

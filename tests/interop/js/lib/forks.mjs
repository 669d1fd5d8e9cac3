// Section 5: the proof that a feed forked.

import { compare, equal } from "./bytes.mjs";
import { encodeHeader } from "./entries.mjs";
import { ENTRY_DOMAIN, verify } from "./keys.mjs";
import { MAX_FORK, MAX_FORK_ENTRIES } from "./limits.mjs";
import { decode, encode } from "./msgpack.mjs";
import { Refused, refuseIf } from "./refused.mjs";
import { checkRun } from "./runs.mjs";
import * as shape from "./shape.mjs";

function openFork(wire) {
  refuseIf(wire.length > MAX_FORK, "too-large", "fork proof");
  const items = shape.array(decode(wire), undefined, "fork proof");
  shape.integer(items[0], 0n, 2n ** 64n - 1n, "bad-shape", "version");
  refuseIf(items[0] !== 1n, "unknown-version", "fork proof");
  shape.array(items, 5, "fork proof");
  refuseIf(items[1] !== "fork", "bad-shape", "no fork proof");
  return items;
}

/** The feed that a proof is said to be against, unverified. */
export const accusedBy = (wire) => shape.bytes(openFork(wire)[2], 32, "feed");

/** Read a fork proof; gives the feed and the number at which it forks. */
export function readFork(wire) {
  const items = openFork(wire);
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

/**
 * A proof that two branches (maps of number to entry) name `seq` differently, or null where no
 * signature within MAX_FORK_ENTRIES shows it.
 */
export function makeFork(feed, seq, ours, theirs) {
  const parts = [provingPart(ours, seq), provingPart(theirs, seq)];
  if (parts.includes(null)) return null;
  const runs = parts.map(columnsOf).sort((a, b) => compare(encode(a), encode(b)));
  return encode([1, "fork", feed, ...runs]);
}

/** The shortest stretch that names a number and ends with an entry signed by itself. */
function provingPart(branch, seq) {
  if (isSigned(branch.get(seq))) return [branch.get(seq)];
  const part = [];
  for (let at = seq + 1n; branch.has(at) && part.length < MAX_FORK_ENTRIES; at += 1n) {
    part.push(branch.get(at));
    if (isSigned(part.at(-1))) return part;
  }
  return null;
}

/** Whether an entry is authentic by its own signature. */
export function isSigned(entry) {
  if (!entry) return false;
  try {
    verify(entry.header.feed, ENTRY_DOMAIN, encodeHeader(entry.header), entry.signature);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return false;
  }
}

function columnsOf(entries) {
  const headers = entries.map(({ header }) => header);
  const column = (name) => headers.map((header) => header[name]);
  const { seq, previous } = headers[0];
  const signatures = entries.map(({ signature }) => signature);
  return [seq, previous, column("timeMs"), column("bodySize"), column("bodyHash"), signatures];
}

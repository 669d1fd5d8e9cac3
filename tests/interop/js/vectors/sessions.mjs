// Whole sessions of two nodes: every frame is taken, and the entries are those of the vector.

import { bytesOf } from "./values.mjs";
import { toHex } from "../lib/bytes.mjs";
import { columnsOf, readFrame, readLength } from "../lib/frames.mjs";
import { PeerOrder } from "../lib/order.mjs";
import { MAX_SEQ } from "../lib/limits.mjs";
import { Ranges } from "../lib/ranges.mjs";
import { checkRun } from "../lib/runs.mjs";
import { readGrantWire, readStatement } from "../lib/statements.mjs";

let last = null; // what the case before left

/** The ranges of ann's feed that ben holds at the end. */
export function readSession(test) {
  const goesOn = "follows" in test && last;
  const orders = goesOn ? last.orders : { ann: new PeerOrder(), ben: new PeerOrder() };
  const held = last?.feed === test.feed ? last.held : new Ranges();
  last = { orders, held, feed: test.feed };
  const frames = test.frames.map(({ from, frame }) => [from, readWithLength(bytesOf(frame))]);
  const again = new Set(frames.filter(([, { name }]) => name === "Again").map(([from]) => from));
  for (const [from, frame] of frames) {
    const other = from === "ann" ? "ben" : "ann";
    follow(orders, from, other, frame, again.has(other));
    if (from === "ann" && frame.name === "Entries") hold(held, frame, test.feed);
    if (from === "ann" && frame.name === "Say") end(held, frame, test.feed);
    if (frame.name === "Have") frame.fields[0].forEach(([grant]) => readGrantWire(grant));
  }
  return held.list();
}

function readWithLength(bytes) {
  if (readLength(bytes.subarray(0, 4)) !== bytes.length - 4) throw new Error("another length");
  return readFrame(bytes.subarray(4));
}

function follow(orders, from, other, frame, forgotten) {
  const { name, fields } = frame;
  const ask = orders[from].follow(frame);
  if (ask) orders[other].owed.delete(fields[0]);
  if (name === "Miss") fields[0].forEach((number) => orders[other].owed.delete(number));
  if (name === "Get") fields[0].forEach((item) => orders[other].ask(...item));
  if (name === "Hello" && fields[3] && !fields[3][4] && !forgotten) orders[from].resumed();
}

function hold(held, frame, feed) {
  const entries = checkRun(columnsOf(frame.fields));
  if (toHex(entries[0].header.feed) !== feed) return;
  held.add(entries[0].header.seq, entries.at(-1).header.seq);
}

/** What comes after the end that a revoke names no longer counts. */
function end(held, frame, feed) {
  for (const said of frame.fields[0].map(readStatement))
    if (said.type === "revoke" && toHex(said.feed) === feed) held.remove(said.seq + 1n, MAX_SEQ);
}

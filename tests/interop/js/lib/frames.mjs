// Section 8: frames, their fields and their limits. A frame is [type, ...fields].

import { isBytes } from "./bytes.mjs";
import { readColumn } from "./columns.mjs";
import * as limits from "./limits.mjs";
import { decodeAnyForm, encode } from "./msgpack.mjs";
import { refuseIf } from "./refused.mjs";
import { commitmentOf } from "./runs.mjs";
import * as shape from "./shape.mjs";

export const TYPES = [
  "Hello",
  "Want",
  "Unwant",
  "Have",
  "Get",
  "Entries",
  "Miss",
  "Heights",
  "Synced",
  "Bye",
  "Mark",
  "Again",
  "Prune",
  "Graft",
  "Say",
  "Serve",
];
export const TYPE = Object.fromEntries(TYPES.map((name, number) => [name, number]));

const DEPTH = 5; // Have: frame, offers, offer, ranges, range
const RUN_FIELDS = 7;
const U32 = 2n ** 32n - 1n;
const I63 = 2n ** 63n - 1n;

/** Names or keys of `size` bytes, one after the other in one field. */
const packed = (size, most) => (value) => {
  shape.bytes(value);
  refuseIf(value.length % size !== 0, "bad-shape", "not a whole number of names");
  refuseIf(value.length / size > most, "too-large", "names");
  return value;
};
const listOf = (check, most) => (value) => {
  shape.array(value);
  refuseIf(value.length > most, "too-large", "list");
  value.forEach(check);
  return value;
};
const u32 = (value) => shape.integer(value, 0n, U32);
const i63 = (value) => shape.integer(value, 0n, I63);
const sized = (size) => (value) => shape.bytes(value, size);
const text = (most) => (value) => shape.text(value, most);
const token = sized(16);
const feed = sized(32);

function range([first, last], n, all) {
  shape.seq(first);
  shape.seq(last);
  refuseIf(first > last, "bad-shape", "range that ends before it begins");
  refuseIf(n > 0 && all[n - 1][1] >= first, "bad-shape", "ranges out of order");
}

function pair(value) {
  return shape.array(value, 2, "pair");
}

function offer(value) {
  const [grant, held] = pair(value);
  shape.bytes(grant);
  refuseIf(grant.length > limits.MAX_GRANT, "too-large", "grant");
  shape.array(held);
  refuseIf(held.length > limits.MAX_RANGES, "too-large", "ranges");
  held.forEach(pair);
  held.forEach(range);
}

function ask(value) {
  shape.array(value, 4, "ask");
  const [number, of, first, last] = value;
  askNumber(number);
  feed(of);
  range([first, last], 0, []);
}

function askNumber(value) {
  shape.integer(value, 1n, U32);
}

function height(value) {
  shape.array(value, value?.length === 3 ? 3 : 2, "height");
  const [of, seq, check] = value;
  feed(of);
  shape.seq(seq);
  if (value.length === 3) shape.bytes(check, limits.HEIGHT_CHECK, "check");
}

function said(value) {
  shape.bytes(value);
  refuseIf(value.length > limits.MAX_STATEMENT, "too-large", "statement");
}

function resume(value) {
  if (value === null) return;
  shape.array(value, 5, "resume");
  [token, i63, sized(8), token, shape.boolean].forEach((check, n) => check(value[n]));
}

function roster(value) {
  shape.bytes(value);
  refuseIf(value.length > limits.MAX_ROSTER, "too-large", "roster");
}

function rosterName(value) {
  if (value !== null) token(value);
}

const FIELDS = {
  Hello: [u32, text(limits.MAX_SOFTWARE), token, resume],
  Want: [u32, packed(8, limits.MAX_WANTS_A_FRAME), shape.boolean, token],
  Unwant: [u32, packed(8, limits.MAX_WANTS_A_FRAME), token],
  Have: [listOf(offer, limits.MAX_FEEDS_A_HAVE), shape.boolean],
  Get: [listOf(ask, limits.MAX_OPEN_REQUESTS)],
  Entries: null,
  Miss: [listOf(askNumber, limits.MAX_OPEN_REQUESTS)],
  Heights: [listOf(height, limits.MAX_FEEDS_A_HAVE)],
  Synced: [],
  Bye: [text(limits.MAX_REASON), text(limits.MAX_REASON)],
  Mark: [i63, sized(8)],
  Again: [],
  Prune: [packed(32, limits.MAX_FEEDS_A_HAVE)],
  Graft: [packed(32, limits.MAX_FEEDS_A_HAVE)],
  Say: [listOf(said, limits.MAX_SAID_A_FRAME)],
  Serve: [roster],
};
const HELLO_3 = [...FIELDS.Hello, rosterName];

/** Read the length of a frame from its 4 bytes, before room is made for it. */
export function readLength(prefix) {
  const length = Buffer.from(prefix).readUInt32BE(0);
  refuseIf(length < 1 || length > limits.MAX_FRAME, "too-large", "frame");
  return length;
}

/** Read a frame of a version of the protocol, without its length: its name, and its fields. */
export function readFrame(bytes, version = 1) {
  refuseIf(bytes.length > limits.MAX_FRAME, "too-large", "frame");
  const [type, ...fields] = shape.array(decodeAnyForm(bytes, DEPTH), undefined, "frame");
  const types = version < 3 ? TYPE.Serve : TYPES.length;
  const known = typeof type === "bigint" && type >= 0n && type < BigInt(types);
  refuseIf(!known, "protocol-violation", "unknown type of frame");
  const name = TYPES[Number(type)];
  if (name === "Entries") return { name, fields: readEntries(fields, version) };
  const checks = name === "Hello" && version > 2 ? HELLO_3 : FIELDS[name];
  shape.array(fields, checks.length, name);
  checks.forEach((check, n) => check(fields[n]));
  return { name, fields };
}

/** `Entries`: the column of bodies comes back plain. */
function readEntries(fields, version) {
  shape.array(fields, version === 1 ? RUN_FIELDS : RUN_FIELDS + 1, "Entries");
  const run = readRun(fields.slice(0, RUN_FIELDS));
  if (version === 1) return run;
  const proofs = listOf(proof, limits.MAX_PROOFS)(fields[RUN_FIELDS]);
  const absent = run[5].filter((body) => !isBytes(body)).length;
  refuseIf(proofs.length > absent, "bad-shape", "more proofs than absent bodies");
  return [...run, proofs];
}

/** A grant and one entry: whether it says what it has to is another matter (absences.mjs). */
function proof(value) {
  shape.array(value, 7, "proof");
  const [grant, of, seq, previous, time, body, signature] = value;
  shape.bytes(grant);
  refuseIf(grant.length > limits.MAX_GRANT, "bad-shape", "grant");
  feed(of);
  shape.seq(seq);
  if (previous !== null) shape.bytes(previous, 32);
  i63(time);
  shape.bytes(body);
  refuseIf(body.length > limits.MAX_BODY, "bad-shape", "body");
  shape.bytes(signature, 64, "signature");
}

function readRun(fields) {
  const [number, of, first, previous, deltas, column, signatures] = fields;
  u32(number);
  feed(of);
  shape.seq(first);
  if (previous !== null) shape.bytes(previous, 32);
  refuseIf((first === 1n) !== (previous === null), "bad-sequence", "previous");
  shape.array(deltas);
  refuseIf(deltas.length < 1, "bad-shape", "a run of nothing");
  refuseIf(deltas.length > limits.MAX_RUN_ENTRIES, "too-large", "run");
  deltas.forEach(i63);
  shape.bytes(signatures, deltas.length * 64, "signatures");
  const bodies = readColumn(column);
  refuseIf(bodies.length !== deltas.length, "bad-shape", "bodies of another number");
  for (const body of bodies)
    if (!isBytes(body)) shape.integer(commitmentOf(body).size, 1n, limits.MAX_BODY);
  return [number, of, first, previous, deltas, bodies, signatures];
}

/** The columns of a run (see runs.mjs) as `Entries` carry them. */
export function columnsOf([, of, first, previous, deltas, bodies, signatures]) {
  let time = 0n;
  return {
    feed: of,
    first,
    previous,
    times: deltas.map((delta) => (time += delta)),
    bodies,
    commitments: bodies.map(commitmentOf),
    signatures: bodies.map((_, n) => signatures.subarray(64 * n, 64 * n + 64)),
  };
}

/** A frame with its length in front. */
export function writeFrame(name, ...fields) {
  const frame = encode([TYPE[name], ...fields]);
  const bytes = Buffer.alloc(4 + frame.length);
  bytes.writeUInt32BE(frame.length, 0);
  bytes.set(frame, 4);
  return bytes;
}

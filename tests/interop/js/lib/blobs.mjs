// Section 18: names of blobs, nodes of their trees, frames of /sayso/blob/1.

import { createHash } from "node:crypto";

import { concat, equal, isBytes } from "./bytes.mjs";
import * as limits from "./limits.mjs";
import { decodeAnyForm } from "./msgpack.mjs";
import { refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";

const RAW = Uint8Array.of(1, 0x55, 0x12, 0x20);
const DAG_PB = Uint8Array.of(1, 0x70, 0x12, 0x20);
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
const U32 = 2n ** 32n - 1n;
const LAST_LEAF = BigInt(limits.MAX_BLOB / limits.LEAF_SIZE);

const sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());
const isCid = (value) =>
  isBytes(value) &&
  value.length === 36 &&
  (equal(value.subarray(0, 4), RAW) || equal(value.subarray(0, 4), DAG_PB));

function textOf(cid) {
  let [bits, count, text] = [0, 0, "b"];
  for (const byte of cid) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 5; count -= 5) text += BASE32[(bits >> (count - 5)) & 31];
    bits &= 31;
  }
  return count ? text + BASE32[(bits << (5 - count)) & 31] : text;
}

// --- trees

function varint(number) {
  const out = [];
  for (let rest = BigInt(number); ; rest >>= 7n) {
    if (rest < 128n) return Uint8Array.of(...out, Number(rest));
    out.push(Number(rest & 127n) | 128);
  }
}

const field = (number, bytes) => concat(varint((number << 3) | 2), varint(bytes.length), bytes);
const count = (number, value) => concat(varint(number << 3), varint(value));

/** The block of a node; a child is { cid, size, tree }: the bytes of the blob below it, and those
 * of all blocks. */
function nodeOf(children) {
  const links = children.map(({ cid, tree }) =>
    field(2, concat(field(1, cid), field(2, new Uint8Array()), count(3, tree))),
  );
  const size = children.reduce((sum, child) => sum + child.size, 0);
  const sizes = children.map((child) => count(4, child.size));
  return concat(...links, field(1, concat(count(1, 2), count(3, size), ...sizes)));
}

function parentOf(children) {
  const block = nodeOf(children);
  const sum = (name) => children.reduce((all, child) => all + child[name], 0);
  return { cid: concat(DAG_PB, sha256(block)), size: sum("size"), tree: block.length + sum("tree") };
}

/** The name of a blob of these leaves, as text. */
export const nameOf = (leaves) => textOf(cidOf(leaves));

/** The same as bytes. */
export function cidOf(leaves) {
  let line = [];
  for (const leaf of leaves)
    line.push({ cid: concat(RAW, sha256(leaf)), size: leaf.length, tree: leaf.length });
  while (line.length > 1) {
    const above = [];
    for (let at = 0; at < line.length; at += limits.MAX_LINKS)
      above.push(parentOf(line.slice(at, at + limits.MAX_LINKS)));
    line = above;
  }
  return line[0].cid;
}

/** The parts of `size` bytes below each child of a node. */
function partsOf(size, depth) {
  const full = limits.LEAF_SIZE * limits.MAX_LINKS ** (depth - 1);
  const parts = [];
  for (let at = 0; at < size; at += full) parts.push(Math.min(full, size - at));
  return parts;
}

function treeSize(size, depth) {
  if (depth === 0) return size;
  const children = partsOf(size, depth).map((part) => ({
    cid: new Uint8Array(36),
    size: part,
    tree: treeSize(part, depth - 1),
  }));
  return parentOf(children).tree;
}

/** The names in a node that has so many bytes below it. There is one encoding of it, but for the
 * names: so these are cut out, and the rest has to be what it must be. */
export function readNode(block, below, depth) {
  refuseIf(block.length > limits.MAX_NODE, "too-large", "node");
  const children = [];
  let at = 0;
  for (const size of partsOf(below, depth)) {
    const tree = treeSize(size, depth - 1);
    const cid = block.slice(at + 4, at + 40);
    refuseIf(!isCid(cid), "bad-shape", "a link to something else");
    const kind = depth > 1 ? DAG_PB : RAW;
    refuseIf(!equal(cid.subarray(0, 4), kind), "bad-shape", "another depth");
    children.push({ cid, size, tree });
    at = nodeOf(children).length - field(1, dataOf(children)).length;
  }
  refuseIf(!equal(nodeOf(children), block), "bad-shape", "another layout");
  return children.map((child) => child.cid);
}

function dataOf(children) {
  const size = children.reduce((sum, child) => sum + child.size, 0);
  return concat(count(1, 2), count(3, size), ...children.map((child) => count(4, child.size)));
}

// --- frames

const number = (value) => shape.integer(value, 0n, U32);
const leafNumber = (value) => shape.integer(value, 0n, LAST_LEAF);

function someBytes(most) {
  return (value) => {
    shape.bytes(value);
    refuseIf(value.length < 1 || value.length > most, "bad-shape", "bytes of another length");
    return value;
  };
}

function listOf(item, most) {
  return (value) => {
    shape.array(value);
    refuseIf(value.length > most, "too-large", "list");
    return value.map(item);
  };
}

function cid(value) {
  refuseIf(!isCid(value), "bad-shape", "no name of a blob");
  return value;
}

function ranges(value) {
  let before = -1n;
  return listOf((pair) => {
    const [first, last] = shape.array(pair, 2).map(leafNumber);
    refuseIf(first > last || first <= before, "bad-shape", "ranges that are not in order");
    before = last;
    return [first, last];
  }, limits.MAX_RANGES_A_HAVE)(value);
}

const FIELDS = [
  [number, cid, leafNumber, (value) => shape.integer(value, 0n, limits.MAX_OPEN_LEAVES)],
  [number, listOf(someBytes(limits.MAX_NODE), limits.MAX_BLOCKS)],
  [number, leafNumber, someBytes(limits.LEAF_SIZE)],
  [number, (value) => shape.integer(value, 0n, 255n)],
  [listOf(number, limits.MAX_CANCELLED)],
  [cid, ranges],
];

/** A frame without its length, as [type, ...fields]. */
export function readBlobFrame(bytes) {
  const items = decodeAnyForm(bytes, 4);
  refuseIf(!Array.isArray(items) || typeof items[0] !== "bigint", "bad-shape", "no frame");
  const fields = FIELDS[items[0]];
  refuseIf(fields === undefined, "protocol-violation", "another type");
  refuseIf(items.length !== fields.length + 1, "bad-shape", "another number of fields");
  return [items[0], ...fields.map((read, place) => read(items[place + 1]))];
}

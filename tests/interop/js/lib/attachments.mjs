// Section 20: files of private messages, and files that are sealed.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";

import { bigEndian, concat, utf8 } from "./bytes.mjs";
import * as limits from "./limits.mjs";
import { decode } from "./msgpack.mjs";
import { readVersioned } from "./operations.mjs";
import { Refused, refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";

const TAG = 16;
const BOUND = utf8("sayso file 1");
/** Bytes of a file in one chunk: sealed it is as long as a leaf. */
export const CHUNK_SIZE = limits.LEAF_SIZE - TAG;
const MAX_FILE = (limits.MAX_BLOB / limits.LEAF_SIZE) * CHUNK_SIZE;
const MAX_MESSAGE = 31_936;
const MAX_TEXT = 16_384;
const [MAX_LIFETIME_MS, MIN_LIFETIME_MS] = [366 * 86_400_000, 1000];
const MAX_FILES = 8;
const MAX_WITHIN = 24 * 1024;
const MAX_FILE_NAME = 255;
const NO_NAME = /[\u0000-\u001f\u007f-\u009f/\\]/;
const [LEAF, TREE] = [0x55, 0x70];

function plainText(value, most, least = 0) {
  shape.text(value, most);
  refuseIf(value.length < least || value.includes("\0"), "bad-shape", "text");
  return value;
}

/** The files of a private message. */
export function readMessageFiles(wire) {
  refuseIf(wire.length > MAX_MESSAGE, "too-large", "message");
  const [, kind, id, to, text, sent, lifetime, files] = readVersioned(wire, 8);
  refuseIf(kind !== "message", "bad-shape", "kind");
  shape.bytes(id, 16, "id");
  shape.key(to);
  shape.time(sent);
  if (lifetime !== null) shape.integer(lifetime, MIN_LIFETIME_MS, MAX_LIFETIME_MS);
  refuseIf(shape.array(files).length > MAX_FILES, "bad-shape", "number of files");
  const found = files.map(readFile);
  plainText(text, MAX_TEXT, found.length ? 0 : 1);
  return found;
}

/** The files of the body of a post in a group. */
export function readGroupFiles(wire) {
  const body = decode(wire);
  refuseIf(!(body instanceof Map) || body.get("kind") !== "post", "bad-shape", "body");
  if (!body.has("files")) return [];
  const files = shape.array(body.get("files"));
  refuseIf(files.length < 1 || files.length > MAX_FILES, "bad-shape", "number of files");
  return files.map(readFile);
}

function readFile(value) {
  const [type, name, alt, ...more] = shape.array(value);
  refuseIf(more.length !== 1 && more.length !== 3, "bad-shape", "parts of a file");
  plainText(type, limits.MAX_MEDIA_TYPE, 1);
  plainText(name, MAX_FILE_NAME);
  refuseIf(NO_NAME.test(name) || name === "." || name === "..", "bad-shape", "name");
  plainText(alt, limits.MAX_ALT);
  return { type, name, alt, ...(more.length === 1 ? within(...more) : beside(...more)) };
}

function within(data) {
  const { length } = shape.bytes(data);
  refuseIf(length < 1 || length > MAX_WITHIN, "bad-shape", "size of a file");
  return { size: length, data };
}

function beside(size, cid, key) {
  shape.integer(size, 1, MAX_FILE);
  shape.bytes(cid, 36, "cid");
  shape.bytes(key, 32, "key");
  const codec = size <= CHUNK_SIZE ? LEAF : TREE;
  const start = [1, codec, 0x12, 0x20];
  refuseIf(!start.every((byte, n) => cid[n] === byte), "bad-shape", "cid");
  return { size, cid, key };
}

const cipher = (key, number, isLast) =>
  xchacha20poly1305(
    key,
    concat(new Uint8Array(15), bigEndian(number, 8), Uint8Array.of(isLast ? 1 : 0)),
    BOUND,
  );

/** The sealed chunks of a file. */
export function sealFile(key, data) {
  const chunks = [];
  for (let at = 0; at < data.length; at += CHUNK_SIZE) {
    const isLast = at + CHUNK_SIZE >= data.length;
    const part = data.subarray(at, at + CHUNK_SIZE);
    chunks.push(cipher(key, chunks.length, isLast).encrypt(part));
  }
  return chunks;
}

/** The bytes of a file of `size` bytes that was sealed. */
export function openFile(key, size, sealed) {
  const count = Math.ceil(size / CHUNK_SIZE);
  refuseIf(sealed.length !== size + TAG * count, "bad-signature", "length");
  const parts = [];
  for (let number = 0; number < count; number += 1) {
    const chunk = sealed.subarray(number * limits.LEAF_SIZE, (number + 1) * limits.LEAF_SIZE);
    parts.push(opened(key, number, number === count - 1, chunk));
  }
  return concat(...parts);
}

function opened(key, number, isLast, chunk) {
  try {
    return cipher(key, number, isLast).decrypt(chunk);
  } catch {
    throw new Refused("bad-signature", "chunk");
  }
}

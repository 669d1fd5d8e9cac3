// Section 8: the column of bodies in `Entries`, plain or as one Zstandard frame (RFC 8878).

import { Decompress } from "fzstd";

import { concat, isBytes } from "./bytes.mjs";
import { MAX_COLUMN } from "./limits.mjs";
import { decodeAnyForm } from "./msgpack.mjs";
import { Refused, refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";
import { xxh64 } from "./xxhash.mjs";

const MAGIC = 0xfd2fb528;
const DEPTH = 2; // an array of bodies, some of them [size, hash]

/** The bodies of a column: an array of bytes and of `[size, hash]`. */
export function readColumn(column) {
  shape.array(column, undefined, "bodies");
  const compressed = column.length === 2 && typeof column[0] === "bigint" && isBytes(column[1]);
  return compressed ? shape.array(inflate(column[0], column[1]), undefined, "bodies") : column;
}

function inflate(declared, data) {
  refuseIf(declared > MAX_COLUMN, "too-large", "column");
  refuseIf(declared < 1n, "bad-shape", "column of nothing");
  const size = Number(declared);
  const frame = readFrame(data);
  refuseIf(frame.contentSize !== declared, "bad-shape", "content size");
  refuseIf(frame.window > MAX_COLUMN, "bad-shape", "window");
  refuseIf(frame.end !== data.length, "bad-shape", "something follows the frame");
  const plain = decompress(data, size);
  refuseIf(plain.length !== size, "bad-shape", "another size than declared");
  if (frame.checksum !== null) {
    refuseIf((xxh64(plain) & 0xffffffffn) !== BigInt(frame.checksum), "bad-shape", "check sum");
  }
  return decodeAnyForm(plain, DEPTH);
}

/** What a frame says of itself, before any room is made for its content. */
function readFrame(data) {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  try {
    return parseFrame(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw new Refused("bad-shape", "frame cut short");
    throw error;
  }
}

function parseFrame(bytes) {
  refuseIf(bytes.readUInt32LE(0) !== MAGIC, "bad-shape", "no Zstandard frame");
  const flags = bytes.readUInt8(4);
  const single = (flags & 0x20) !== 0;
  refuseIf((flags & 0x08) !== 0, "bad-shape", "reserved bit");
  const dictionarySize = [0, 1, 2, 4][flags & 3];
  let at = 5;
  const window = single ? null : windowOf(bytes.readUInt8(at++));
  const dictionary = dictionarySize ? bytes.readUIntLE(at, dictionarySize) : 0;
  refuseIf(dictionary !== 0, "bad-shape", "dictionary");
  at += dictionarySize;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][flags >> 6];
  refuseIf(sizeBytes === 0, "bad-shape", "no content size");
  const contentSize = contentSizeOf(bytes, at, sizeBytes);
  const end = endOfBlocks(bytes, at + sizeBytes);
  const checksum = (flags & 4) !== 0 ? bytes.readUInt32LE(end) : null;
  const length = end + (checksum === null ? 0 : 4);
  return { contentSize, window: window ?? contentSize, end: length, checksum };
}

function windowOf(descriptor) {
  const base = 2n ** BigInt(10 + (descriptor >> 3));
  return base + (base / 8n) * BigInt(descriptor & 7);
}

function contentSizeOf(bytes, at, size) {
  if (size === 8) return bytes.readBigUInt64LE(at);
  return BigInt(bytes.readUIntLE(at, size) + (size === 2 ? 256 : 0));
}

function endOfBlocks(bytes, start) {
  for (let at = start; ;) {
    const head = bytes.readUIntLE(at, 3);
    const type = (head >> 1) & 3;
    refuseIf(type === 3, "bad-shape", "reserved block");
    at += 3 + (type === 1 ? 1 : head >> 3);
    if (head & 1) return at;
  }
}

function decompress(data, size) {
  const chunks = [];
  let total = 0;
  const stream = new Decompress((chunk) => {
    total += chunk.length;
    refuseIf(total > size, "bad-shape", "more than declared");
    chunks.push(new Uint8Array(chunk));
  });
  try {
    stream.push(data, true);
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused("bad-shape", `Zstandard: ${error.message}`);
  }
  return concat(...chunks);
}

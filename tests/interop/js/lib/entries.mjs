// Section 4: one entry.

import { equal } from "./bytes.mjs";
import { bodyHash, entryId } from "./hashes.mjs";
import { ENTRY_DOMAIN, publicKey, sign, verify } from "./keys.mjs";
import { MAX_BODY } from "./limits.mjs";
import { decode, encode } from "./msgpack.mjs";
import { refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";

/** Read a header from its canonical bytes. */
export function readHeader(bytes) {
  const items = shape.array(decode(bytes), undefined, "header");
  shape.integer(items[0], 0n, 2n ** 64n - 1n, "bad-shape", "version");
  refuseIf(items[0] !== 1n, "unknown-version", "entry");
  shape.array(items, 7, "header");
  const [, feed, seq, previous, timeMs, bodySize, hash] = items;
  return checkHeader({ feed, seq, previous, timeMs, bodySize, bodyHash: hash });
}

/** Refuse a header whose fields break a rule. */
export function checkHeader(header) {
  shape.key(header.feed, "feed");
  shape.seq(header.seq);
  if (header.previous !== null) shape.bytes(header.previous, 32, "previous");
  refuseIf((header.seq === 1n) !== (header.previous === null), "bad-sequence", "previous");
  shape.time(header.timeMs);
  shape.integer(header.bodySize, 1n, 2n ** 64n - 1n, "bad-shape", "body_size");
  refuseIf(header.bodySize > MAX_BODY, "too-large", "body");
  shape.bytes(header.bodyHash, 32, "body_hash");
  return header;
}

export const encodeHeader = (header) =>
  encode([
    1,
    header.feed,
    header.seq,
    header.previous,
    header.timeMs,
    header.bodySize,
    header.bodyHash,
  ]);

/** Refuse a body that is not the one its header commits to. */
export function checkBody(header, body) {
  const same = BigInt(body.length) === header.bodySize && equal(bodyHash(body), header.bodyHash);
  refuseIf(!same, "wrong-body");
}

/** Read and verify one entry; gives its header and id. */
export function readEntry(headerBytes, signature, body) {
  const header = readHeader(headerBytes);
  verify(header.feed, ENTRY_DOMAIN, headerBytes, signature);
  checkBody(header, body);
  return { header, id: entryId(headerBytes, signature), signature, body };
}

/** Sign the entry that follows `last` (null for the first) in the feed of this seed. */
export function makeEntry(feedSeed, last, timeMs, body) {
  const header = checkHeader({
    feed: publicKey(feedSeed),
    seq: last ? last.header.seq + 1n : 1n,
    previous: last ? last.id : null,
    timeMs: last && last.header.timeMs > timeMs ? last.header.timeMs : timeMs,
    bodySize: BigInt(body.length),
    bodyHash: bodyHash(body),
  });
  const bytes = encodeHeader(header);
  const signature = sign(feedSeed, ENTRY_DOMAIN, bytes);
  return { header, id: entryId(bytes, signature), signature, body };
}

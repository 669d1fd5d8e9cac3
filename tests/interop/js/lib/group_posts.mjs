// Section 22: the epochs of a closed group, and the posts that are sealed under them.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";

import { equal, utf8 } from "./bytes.mjs";
import { epochId, groupPostId, groupPostKey } from "./hashes.mjs";
import { verify } from "./keys.mjs";
import * as limits from "./limits.mjs";
import { decode } from "./msgpack.mjs";
import { readIds, readVersioned } from "./operations.mjs";
import { Refused, refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";
import { readGrantWire } from "./statements.mjs";

const POST_DOMAIN = utf8("sayso/1/group post\0");
const NONCE = 24;

export function readEpoch(wire) {
  const [, group, time, heads, key] = readVersioned(wire, 5);
  shape.bytes(group, 16, "group");
  shape.time(time);
  readIds(heads, 1, limits.MAX_PARENTS);
  shape.bytes(key, 32, "key");
  return { id: epochId(wire), group, time, heads, key };
}

/** Read and verify a post; whether its author may write is for the group to say. */
export function readGroupPost(wire) {
  const [signed, signature, grantWire] = shape.array(decode(wire), 3);
  const [, type, group, epoch, author, feed, time, parents, body] = readVersioned(
    shape.bytes(signed),
    9,
  );
  shape.bytes(signature, 64);
  refuseIf(type !== "group post", "bad-shape", "type");
  [group, epoch].forEach((id) => shape.bytes(id, 16, "id"));
  [author, feed].forEach((key) => shape.key(key));
  shape.time(time);
  readIds(parents, 0, limits.MAX_PARENTS);
  refuseIf(shape.bytes(body).length > limits.MAX_GROUP_BODY, "too-large", "body");
  const grant = readGrantWire(shape.bytes(grantWire));
  const isGranted = equal(grant.account, author) && equal(grant.feed, feed);
  refuseIf(!isGranted, "not-granted", "feed");
  verify(feed, POST_DOMAIN, signed, signature);
  return { id: groupPostId(signed, signature), group, epoch, author, feed, time, parents, body };
}

/** Open the letter of a post that was sealed under this epoch. */
export function openGroupPost(letter, epoch) {
  refuseIf(!limits.LETTER_SIZES.includes(letter.length), "bad-shape", "size of a letter");
  const plain = opened(letter, epoch);
  const end = 4 + Buffer.from(plain).readUInt32BE(0);
  const isPadded = end <= plain.length && plain.subarray(end).every((byte) => byte === 0);
  refuseIf(!isPadded, "bad-shape", "length or padding");
  const post = readGroupPost(plain.subarray(4, end));
  const isOf = equal(post.group, epoch.group) && equal(post.epoch, epoch.id);
  refuseIf(!isOf, "bad-shape", "another epoch");
  return post;
}

function opened(letter, { id, group, key }) {
  const nonce = letter.subarray(0, NONCE);
  try {
    return xchacha20poly1305(groupPostKey(group, key), nonce, id).decrypt(letter.subarray(NONCE));
  } catch {
    throw new Refused("bad-signature", "seal");
  }
}

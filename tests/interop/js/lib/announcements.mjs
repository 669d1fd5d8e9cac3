// Section 17: where a node of an account is.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";

import { bigEndian, concat, equal, utf8 } from "./bytes.mjs";
import { location, locationNonce, locationSecret } from "./hashes.mjs";
import { verify } from "./keys.mjs";
import { decode } from "./msgpack.mjs";
import { Refused, refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";
import { readGrantWire } from "./statements.mjs";

const DOMAIN = utf8("sayso/1/reach\0");
const SIZES = [512, 1024];
const NONCE = 24;
const TAG = 16;
const MOST = 8;
const ED25519 = Uint8Array.of(0, 36, 8, 1, 18, 32);
const SHA256 = Uint8Array.of(18, 32);
const KINDS = { 4: 4, 41: 16 };

export const recordKey = (account, day) => concat(Uint8Array.of(18, 32), location(account, day));

/** Open and verify what lay under the key of a day. */
export function unseal(sealed, account, day) {
  refuseIf(!SIZES.includes(sealed.length), "bad-shape", "size");
  const nonce = sealed.subarray(0, NONCE);
  const plain = opened(sealed.subarray(NONCE), account, day, nonce);
  const end = 2 + ((plain[0] << 8) | plain[1]);
  refuseIf(end > plain.length, "bad-shape", "length");
  const wire = plain.subarray(2, end);
  const isPlain = plain.subarray(end).every((byte) => byte === 0);
  refuseIf(!isPlain || !equal(nonce, locationNonce(account, day, wire)), "bad-shape", "form");
  const announcement = readAnnouncement(wire, account);
  if (!equal(seal(wire, account, day), sealed)) throw new Error("it is sealed otherwise");
  return { announcement, key: recordKey(account, day) };
}

function cipher(account, day, nonce) {
  return xchacha20poly1305(locationSecret(account, day), nonce, recordKey(account, day));
}

function opened(box, account, day, nonce) {
  try {
    return cipher(account, day, nonce).decrypt(box);
  } catch {
    throw new Refused("bad-shape", "another key");
  }
}

/** The same bytes, whoever seals it. */
export function seal(wire, account, day) {
  const size = SIZES.find((one) => wire.length + 2 + NONCE + TAG <= one);
  const plain = new Uint8Array(size - NONCE - TAG);
  plain.set(concat(bigEndian(wire.length, 2), wire));
  const nonce = locationNonce(account, day, wire);
  return concat(nonce, cipher(account, day, nonce).encrypt(plain));
}

/** Read and verify a signed announcement of an account. */
export function readAnnouncement(wire, account) {
  refuseIf(wire.length > 1024 - NONCE - TAG - 2, "too-large", "announcement");
  const [said, signature, grantWire] = shape.array(decode(wire), 3);
  shape.bytes(said);
  shape.bytes(signature, 64);
  const fields = decode(said);
  shape.array(fields);
  shape.integer(fields[0], 0n, 2n ** 64n - 1n);
  refuseIf(fields[0] !== 1n, "unknown-version", "announcement");
  refuseIf(fields.length !== 7 || fields[1] !== "reach", "bad-shape", "announcement");
  const [, , of, peer, time, addresses, hubs] = fields;
  refuseIf(!equal(shape.bytes(of), account), "not-granted", "account");
  refuseIf(!isPeer(shape.bytes(peer)), "bad-shape", "peer");
  shape.time(time);
  const known = [addresses, hubs].map(knownAddresses);
  const grant = readGrantWire(shape.bytes(grantWire));
  refuseIf(!equal(grant.account, account), "not-granted", "grant");
  verify(grant.feed, DOMAIN, said, signature);
  const named = known[1].filter(({ peers }) => peers === 1 || peers === 3);
  return {
    account,
    feed: grant.feed,
    peer,
    time_ms: time,
    addresses: known[0].map(({ value }) => value),
    hubs: named.map(({ value }) => value),
  };
}

function isPeer(peer) {
  const begins = (head) => equal(peer.subarray(0, head.length), head);
  return (begins(ED25519) && peer.length === 38) || (begins(SHA256) && peer.length === 34);
}

/** Those that can be used here, with how many parts name peers: the peer 1, a relay 2, both 3. */
function knownAddresses(value) {
  shape.array(value);
  refuseIf(value.length > MOST, "bad-shape", "addresses");
  for (const one of value) refuseIf(shape.bytes(one).length > 256, "bad-shape", "address");
  return value.map((one) => ({ value: one, peers: peersOf(one) })).filter(({ peers }) => peers !== null);
}

function peersOf(value) {
  const begin = hostEnd(value);
  if (begin === null) return null;
  const names = [];
  let at = begin;
  while (at < value.length) {
    if (value[at] === 0xa2 && value[at + 1] === 2) {
      names.push("circuit");
      at += 2;
    } else if (value[at] === 0xa5 && value[at + 1] === 3) {
      const end = at + 3 + value[at + 2];
      if (end > value.length || !isPeer(value.subarray(at + 3, end))) return null;
      names.push("peer");
      at = end;
    } else return null;
  }
  const forms = { "": 0, peer: 1, "peer circuit": 2, "peer circuit peer": 3 };
  return forms[names.join(" ")] ?? null;
}

/** The place behind host and port. */
function hostEnd(value) {
  if (value[0] === 0xbd && value[1] === 3) return value.length >= 39 ? 39 : null; // onion3
  const size = KINDS[value[0]];
  const end = size ? 1 + size : [53, 54, 55].includes(value[0]) ? 2 + value[1] : null;
  return end !== null && value[end] === 6 && value.length >= end + 3 ? end + 3 : null;
}

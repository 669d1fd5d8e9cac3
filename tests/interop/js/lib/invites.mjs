// Section 16: invites.

import { concat, equal } from "./bytes.mjs";
import { inviteCheck } from "./hashes.mjs";
import { checkKey } from "./keys.mjs";
import { refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";

const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
const PEER = Uint8Array.of(0, 36, 8, 1, 18, 32);
const MOST = { addresses: 8, promise: 1, heads: 8, token: 1, list: 1 };

/** An invite's link. */
export function readInvite(text) {
  refuseIf(text.length > 8192, "too-large", "text");
  const plain = text.replace(/[\s\-\u00ad\u200b\u2060\ufeff]/gu, "");
  refuseIf(plain.slice(0, 6).toLowerCase() !== "sayso:", "bad-text", "no invite");
  const letters = plain
    .slice(6)
    .replace(/^\/+/, "")
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  refuseIf(!/^[a-z2-7]*$/.test(letters), "mistyped", "letters");
  const whole = unpacked(letters);
  refuseIf(whole.length < 4 || packed(whole) !== letters, "mistyped", "length");
  const data = whole.subarray(0, -3);
  const isWhole = equal(inviteCheck(data).subarray(0, 3), whole.subarray(-3));
  refuseIf(!isWhole, "mistyped", "check sum");
  return readBytes(data);
}

function readBytes(data) {
  refuseIf(data.length > 1024, "too-large", "invite");
  refuseIf(data[0] !== 1, "unknown-version", "invite");
  refuseIf(data.length < 65, "bad-shape", "keys");
  const [account, node] = [data.subarray(1, 33), data.subarray(33, 65)].map(checkKey);
  const found = { addresses: [], promise: [], heads: [], token: [], list: [] };
  for (const [kind, value] of fieldsOf(data.subarray(65))) {
    const [name, read] = READERS[kind] ?? [];
    if (name) found[name].push(...read(value));
  }
  for (const [name, most] of Object.entries(MOST)) {
    refuseIf(found[name].length > most, "bad-shape", name);
  }
  const { addresses, heads } = found;
  const [promise, token, list] = [found.promise, found.token, found.list].map(([one]) => one ?? null);
  return { account, node, addresses, promise, heads, token, list_name: list };
}

function* fieldsOf(data) {
  let at = 0;
  while (at < data.length) {
    const kind = data[at] >> 5;
    let size = data[at++] & 31;
    if (size === 31) size = data[at++];
    refuseIf(size === undefined || at + size > data.length, "bad-shape", "cut off");
    yield [kind, data.subarray(at, at + size)];
    at += size;
  }
}

/** An IP address as a multiaddr: `code`, the host, TCP and the port, and maybe the relay. */
const ip = (code, size) => (value) => {
  refuseIf(![size + 2, size + 34].includes(value.length), "bad-shape", "address");
  const direct = concat(
    Uint8Array.of(code),
    value.subarray(0, size),
    Uint8Array.of(6),
    value.subarray(size, size + 2),
  );
  const relay = value.subarray(size + 2);
  if (!relay.length) return [direct];
  const peer = concat(Uint8Array.of(0xa5, 3, 38), PEER, checkKey(relay));
  return [concat(direct, peer, Uint8Array.of(0xa2, 2))];
};

/** A multiaddr; none where it goes over something else than TCP, or names its peer. */
function address(value) {
  refuseIf(value.length > 128, "too-large", "address");
  const end = hostEnd(value);
  if (end === null) return [];
  const rest = value.subarray(end);
  const isRelayed = rest.length === 43 && rest[41] === 0xa2 && rest[42] === 2;
  return !rest.length || isRelayed ? [value] : [];
}

/** The place behind host and port. */
function hostEnd(value) {
  if (value[0] === 0xbd && value[1] === 3) return 39; // onion3
  const size = { 4: 4, 41: 16 }[value[0]];
  const end = size ? 1 + size : [53, 54, 55].includes(value[0]) ? 2 + value[1] : null;
  return end !== null && value[end] === 6 ? end + 3 : null;
}

const sized = (least, most) => (value) => {
  refuseIf(value.length < least || value.length > most, "bad-shape", "size");
  return [value];
};

function head(value) {
  const [feed, id] = [checkKey(value.subarray(0, 32)), value.subarray(32, 40)];
  let seq = 0n;
  let at = 40;
  for (let shift = 0n; ; shift += 7n) {
    refuseIf(at >= value.length || shift > 63n, "bad-shape", "number");
    seq |= BigInt(value[at] & 127) << shift;
    if (value[at++] < 128) break;
  }
  refuseIf(at !== value.length || seq < 1n || seq >= 2n ** 63n, "bad-shape", "head");
  return [{ feed, seq, id }];
}

function list(value) {
  let name;
  try {
    name = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    refuseIf(true, "bad-shape", "UTF-8");
  }
  return [shape.line(name, 64, "list")];
}

const READERS = {
  0: ["addresses", ip(4, 4)],
  1: ["addresses", ip(41, 16)],
  2: ["addresses", address],
  3: ["promise", sized(16, 32)],
  4: ["heads", head],
  5: ["token", sized(6, 32)],
  6: ["list", list],
};

function unpacked(letters) {
  const bytes = [];
  let [bits, held] = [0, 0];
  for (const letter of letters) {
    bits = ((bits << 5) | LETTERS.indexOf(letter)) & 0xfff;
    held += 5;
    if (held >= 8) bytes.push((bits >> (held -= 8)) & 255);
  }
  return Uint8Array.from(bytes);
}

function packed(bytes) {
  let text = "";
  let [bits, held] = [0, 0];
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xffff;
    held += 8;
    while (held >= 5) text += LETTERS[(bits >> (held -= 5)) & 31];
  }
  return held ? text + LETTERS[(bits << (5 - held)) & 31] : text;
}

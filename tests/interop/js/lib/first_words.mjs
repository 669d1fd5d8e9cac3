// Section 19: what a stranger says first, and why he pays less than others.

import { readBody } from "./bodies.mjs";
import { equal } from "./bytes.mjs";
import { checkBody, readHeader } from "./entries.mjs";
import { entryId } from "./hashes.mjs";
import { ENTRY_DOMAIN, verify } from "./keys.mjs";
import * as limits from "./limits.mjs";
import { decode } from "./msgpack.mjs";
import { refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";
import { readGrantWire } from "./statements.mjs";

const isOf = (reference, reader) => reference !== undefined && equal(reference[0], reader);

/** What an entry has to say of the reader, for each reason; the fields are those of its body. */
const NAMES = {
  reply: ({ reply }, reader) => isOf(reply, reader),
  mention: ({ mentions }, reader) => (mentions ?? []).some((one) => equal(one, reader)),
  quote: ({ quote }, reader) => isOf(quote, reader),
  follow: ({ account }, reader, kind) => kind === "follow" && equal(account, reader),
};

/** Read and verify a first word, whoever it is for. */
export function readFirstWord(wire) {
  refuseIf(wire.length > limits.MAX_FIRST_WORD, "too-large", "first word");
  const items = shape.array(decode(wire));
  shape.integer(items[0], 0n, 2n ** 64n - 1n);
  refuseIf(items[0] !== 1n, "unknown-version", "first word");
  refuseIf(items.length !== 8 || items[1] !== "first word", "bad-shape", "first word");
  const [, , reason, grantWire, content, text, name, way] = items;
  const isMessage = reason === "message";
  const isKnown = typeof reason === "string" && Object.hasOwn(NAMES, reason);
  refuseIf(!isMessage && !isKnown, "bad-shape", "reason");
  refuseIf(isMessage !== (content === null), "bad-shape", "entry");
  refuseIf(isMessage !== (text !== null), "bad-shape", "text");
  if (isMessage) someText(text, limits.MAX_FIRST_WORD);
  if (name !== null) someText(name, limits.MAX_NAME);
  const grant = readGrantWire(shape.bytes(grantWire));
  const entry = isMessage ? null : readEntryOf(grant, content);
  return { reason, account: grant.account, entry, text, name, way: readWay(way) };
}

/** Whether a first word has to do with this account, as its reason says; true where the entry came
 * without its body. */
export function concerns({ reason, entry }, reader) {
  if (entry === null || entry.body === null) return true;
  const { kind, fields } = readBody(entry.body);
  return fields !== null && NAMES[reason](fields, reader, kind);
}

function someText(value, most) {
  refuseIf(shape.text(value, most).length < 1, "bad-shape", "empty");
}

/** An entry of the feed that is granted; its body may be left out. */
function readEntryOf(grant, content) {
  const [headerBytes, signature, body] = shape.array(content, 3, "entry");
  const header = readHeader(shape.bytes(headerBytes));
  shape.bytes(signature, 64);
  refuseIf(!equal(header.feed, grant.feed), "not-granted", "feed");
  verify(header.feed, ENTRY_DOMAIN, headerBytes, signature);
  if (body !== null) checkBody(header, shape.bytes(body));
  return { id: entryId(headerBytes, signature), body };
}

const WAYS = {
  follows: (accounts, follows) => ({ follows: between(accounts), proven: proven(follows) }),
  invite: (token) => {
    const { length } = shape.bytes(token);
    refuseIf(length < limits.MIN_TOKEN || length > limits.MAX_TOKEN, "bad-shape", "token");
    return { invite: token };
  },
  label: (account) => ({ label: shape.key(account) }),
};

function readWay(value) {
  if (value === null) return null;
  const [kind, ...parts] = shape.array(value, undefined, "way");
  refuseIf(typeof kind !== "string" || !Object.hasOwn(WAYS, kind), "bad-shape", "way");
  refuseIf(parts.length !== WAYS[kind].length, "bad-shape", "way");
  return WAYS[kind](...parts);
}

function between(accounts) {
  const { length } = shape.array(accounts);
  refuseIf(length < 1 || length > limits.MAX_STEPS, "bad-shape", "accounts");
  return accounts.map((account) => shape.key(account));
}

/** Who follows whom, each shown by an entry. */
function proven(follows) {
  refuseIf(shape.array(follows).length > limits.MAX_STEPS, "bad-shape", "follows");
  return follows.map((step) => {
    const [grantWire, ...content] = shape.array(step, 4, "follow");
    const grant = readGrantWire(shape.bytes(grantWire));
    const { body } = readEntryOf(grant, content);
    const { kind, fields } = readBody(shape.bytes(body));
    refuseIf(kind !== "follow" || fields === null, "bad-shape", "no follow");
    return [grant.account, fields.account];
  });
}

// Section 23: the envelope of a letter, and what letters say.

import { equal } from "./bytes.mjs";
import { readBody } from "./bodies.mjs";
import { checkBody, readHeader } from "./entries.mjs";
import { ENTRY_DOMAIN, verify } from "./keys.mjs";
import * as limits from "./limits.mjs";
import { decode } from "./msgpack.mjs";
import { readIds, readVersioned } from "./operations.mjs";
import { refuseIf } from "./refused.mjs";
import { unpad } from "./sealing.mjs";
import * as shape from "./shape.mjs";
import { readGrantWire } from "./statements.mjs";

const ID = 16;

export function readEnvelope(padded) {
  const [, id, content] = readVersioned(unpad(padded), 3);
  if (id !== null) shape.bytes(id, ID, "id");
  return { id, content: upTo(limits.MAX_CONTENT)(content) };
}

/** The kind of a content and its fields, null where the kind is not known. */
export function readContent(wire) {
  refuseIf(wire.length > limits.MAX_CONTENT, "too-large", "content");
  const items = shape.array(decode(wire));
  shape.integer(items[0], 0n, 2n ** 64n - 1n);
  refuseIf(items[0] !== 1n, "unknown-version", "content");
  const kind = items[1];
  refuseIf(typeof kind !== "string" || kind === "", "bad-shape", "kind");
  refuseIf([...kind].length > limits.MAX_CONTENT_KIND, "bad-shape", "kind");
  if (!Object.hasOwn(KINDS, kind)) return { kind, fields: null };
  const { most = limits.MAX_CONTENT, fields, read = (values) => values } = KINDS[kind];
  refuseIf(wire.length > most, "too-large", kind);
  const values = shape.array(items.slice(2), fields.length, kind);
  return { kind, fields: read(values.map((value, place) => fields[place](value))) };
}

// --- fields

const sized = (size) => (value) => shape.bytes(value, size);

const upTo = (most) => (value) => {
  refuseIf(shape.bytes(value).length > most, "bad-shape", "too many bytes");
  return value;
};

const listOf = (least, most, read) => (value) => {
  const { length } = shape.array(value);
  refuseIf(length < least || length > most, "bad-shape", "length of a list");
  return value.map(read);
};

const id = sized(ID);
const ids = (value) => readIds(value, 0, limits.MAX_GROUP_IDS);
const wire = sized(undefined);
const wires = (most) => listOf(1, most, wire);

// --- messages

/** Of a message no file is read: attachments.mjs does that. */
const MESSAGE = [
  id,
  (value) => shape.key(value),
  (value) => {
    refuseIf(shape.text(value, limits.MAX_MESSAGE_TEXT).includes("\0"), "bad-shape", "NUL");
    return value;
  },
  (value) => shape.integer(value, 0n, limits.MAX_SENT_MS),
  (value) =>
    value === null ? null : shape.integer(value, limits.MIN_LIFETIME_MS, limits.MAX_LIFETIME_MS),
  listOf(0, limits.MAX_ATTACHMENTS, (value) => value),
];

function withText(values) {
  refuseIf(values[2] === "" && values[5].length === 0, "bad-shape", "a message of nothing");
  return values;
}

function readPast(value) {
  const [author, ...fields] = shape.array(value, MESSAGE.length + 1);
  return [shape.key(author), ...withText(fields.map((one, place) => MESSAGE[place](one)))];
}

// --- introductions

const INTRODUCTION = [upTo(limits.MAX_GRANT), upTo(256), sized(64), upTo(256), upTo(4096)];

/** Who calls, by which keys, and what he says first. */
function readCaller([grantWire, headerBytes, signature, body, first]) {
  const grant = readGrantWire(grantWire);
  const header = readHeader(headerBytes);
  refuseIf(!equal(header.feed, grant.feed), "not-granted", "feed");
  checkBody(header, body);
  const { kind, fields } = readBody(body);
  refuseIf(kind !== "prekey" || fields === null, "bad-shape", "no prekey");
  verify(header.feed, ENTRY_DOMAIN, headerBytes, signature);
  const { account, feed } = grant;
  return [account, feed, fields.identity, fields.key, header.timeMs, first];
}

const call = { most: limits.MAX_CALL_CONTENT, fields: INTRODUCTION, read: readCaller };
const signed = [id, wires(limits.MAX_GRANTS_A_LETTER), wires(limits.MAX_OPERATIONS_A_LETTER)];
const ofGroup = (...fields) => ({ most: limits.MAX_GROUP_CONTENT, fields });

const KINDS = {
  message: { most: limits.MAX_MESSAGE, fields: MESSAGE, read: withText },
  receipt: { fields: [listOf(1, limits.MAX_RECEIPTS, id)] },
  ticket: { fields: [sized(32)] },
  history: { fields: [listOf(1, limits.MAX_PAST, readPast)] },
  introduction: call,
  "further word": call,
  "group-invitation": ofGroup(...signed),
  "group-operations": ofGroup(...signed),
  "group-epochs": ofGroup(id, wires(limits.MAX_EPOCHS_A_LETTER)),
  "group-request": ofGroup(id, ids, ids, ids, ids, ids, ids),
  "group-post": ofGroup(id, wire),
};

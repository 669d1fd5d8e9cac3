// Section 6: what a body says.

import * as limits from "./limits.mjs";
import { decode, encode } from "./msgpack.mjs";
import { Refused, refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";

const KIND = /^[A-Za-z_][A-Za-z0-9_]{0,31}$/;

const text = (most, least = 0) => (value) => {
  shape.text(value, most);
  refuseIf(value.length < least, "bad-shape", "empty");
  refuseIf(value.includes("\0"), "bad-shape", "NUL");
};
const reference = (value) => {
  shape.array(value, 4, "reference");
  shape.key(value[0]);
  shape.key(value[1]);
  shape.seq(value[2]);
  shape.bytes(value[3], 32, "id");
};
const arrayOf = (rule, most) => (value) => {
  shape.array(value);
  refuseIf(value.length < 1 || value.length > most, "bad-shape", "number of items");
  value.forEach((item) => rule(item));
};
const key = (value) => shape.key(value);
const entryId = (value) => shape.bytes(value, 32, "id");
const x25519 = (value) => shape.bytes(value, 32, "key");
const onlyTrue = (value) => refuseIf(value !== true, "bad-shape", "true or left out");

// Section 6: version 1, codec raw or dag-pb, SHA-256 of 32 bytes.
const CID_STARTS = ["01551220", "01701220"];
const cid = (value) => {
  shape.bytes(value, 36, "cid");
  const start = [...value.slice(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  refuseIf(!CID_STARTS.includes(start), "bad-shape", "form of the cid");
};
const attachment = (value) => {
  shape.array(value, 4, "attachment");
  cid(value[0]);
  shape.integer(value[1], 1, limits.MAX_BLOB);
  text(limits.MAX_MEDIA_TYPE, 1)(value[2]);
  text(limits.MAX_ALT)(value[3]);
};
const attachments = arrayOf(attachment, limits.MAX_ATTACHMENTS);
const options = (value) => {
  arrayOf(text(limits.MAX_OPTION, 1), limits.MAX_OPTIONS)(value);
  refuseIf(value.length < 2 || new Set(value).size < value.length, "bad-shape", "options");
};
const choices = (value) => {
  arrayOf((item) => shape.integer(item, 0, limits.MAX_OPTIONS - 1), limits.MAX_OPTIONS)(value);
  refuseIf(value.some((item, n) => n > 0 && value[n - 1] >= item), "bad-shape", "order");
};
/** What strangers pay, from the nearest to the farthest: never less, and nil is more than all. */
const prices = (value) => {
  shape.array(value, 4, "prices");
  for (const bits of value) if (bits !== null) shape.integer(bits, 0, limits.MAX_STAMP_BITS);
  const costs = value.map((bits) => bits ?? BigInt(limits.MAX_STAMP_BITS + 1));
  refuseIf(costs.some((cost, n) => n > 0 && costs[n - 1] > cost), "bad-shape", "order of prices");
};

const said = {
  text: text(limits.MAX_BODY),
  mentions: arrayOf(key, limits.MAX_MENTIONS),
  tags: arrayOf(text(limits.MAX_TAG), limits.MAX_TAGS),
  lang: text(limits.MAX_LANG),
  warn: text(limits.MAX_WARNING),
};
const answer = { reply: reference, reply_version: entryId, root: reference };
const imported = {
  written: shape.time,
  origin: text(limits.MAX_ORIGIN),
  reply_origin: text(limits.MAX_ORIGIN),
};
const unrepost = { required: ["of"], fields: { of: reference } };
const follow = { required: ["account"], fields: { account: key } };
const KINDS = {
  open: {
    required: ["grant"],
    fields: { grant: (value) => shape.bytes(value), device: text(limits.MAX_DEVICE) },
  },
  post: {
    required: ["text"],
    fields: {
      ...said,
      ...answer,
      ...imported,
      quote: reference,
      quote_version: entryId,
      attach: attachments,
    },
  },
  edit: {
    required: ["of", "after", "text"],
    fields: { of: reference, after: reference, ...said, attach: attachments },
  },
  retract: {
    required: ["of"],
    fields: { of: arrayOf(reference, limits.MAX_RETRACTED) },
  },
  poll: {
    required: ["text", "options"],
    fields: { ...said, ...answer, ...imported, options, end: shape.time, many: onlyTrue },
  },
  vote: {
    required: ["on"],
    fields: { on: reference, choices, version: entryId },
  },
  react: {
    required: ["on"],
    fields: { on: reference, emoji: text(limits.MAX_REACTION, 1), version: entryId },
  },
  repost: { required: ["of"], fields: { of: reference, version: entryId, written: shape.time } },
  unrepost,
  profile: {
    required: [],
    fields: {
      name: text(limits.MAX_NAME),
      bio: text(limits.MAX_BIO),
      carriers: arrayOf(text(limits.MAX_CARRIER), limits.MAX_PROFILE_CARRIERS),
      picture: attachment,
      knock: prices,
      domain: text(limits.MAX_DOMAIN),
    },
  },
  follow,
  unfollow: follow,
  label: {
    required: ["name"],
    oneOf: ["entries", "accounts"],
    fields: {
      name: text(limits.MAX_LABEL, 1),
      entries: arrayOf(reference, limits.MAX_LABELLED_ENTRIES),
      accounts: arrayOf(key, limits.MAX_LABELLED_ACCOUNTS),
      off: onlyTrue,
    },
  },
  view: {
    required: ["name", "expression"],
    fields: {
      name: text(limits.MAX_VIEW, 1),
      expression: text(limits.MAX_EXPRESSION, 1),
      about: text(limits.MAX_ABOUT),
    },
  },
  prekey: {
    required: ["identity", "key", "week"],
    fields: { identity: x25519, key: x25519, week: (value) => shape.integer(value, 0, limits.MAX_WEEK) },
  },
};

/**
 * Read a body: `kind` is "" where it is malformed, `fields` (known ones) is null where the
 * body is of an unknown kind or is treated so. Never refuses.
 */
export function readBody(bytes) {
  const map = readMap(bytes);
  const kind = map?.get("kind");
  if (typeof kind !== "string" || !KIND.test(kind)) return { kind: "", fields: null };
  return { kind, fields: Object.hasOwn(KINDS, kind) ? readFields(map, KINDS[kind]) : null };
}

function readMap(bytes) {
  if (bytes.length < 1 || bytes.length > limits.MAX_BODY) return null;
  const map = orNull(() => decode(bytes));
  return map instanceof Map ? map : null;
}

function readFields(map, { required, oneOf, fields }) {
  if (!required.every((name) => map.has(name))) return null;
  if (oneOf && !oneOf.some((name) => map.has(name))) return null;
  const known = [...map].filter(([name]) => Object.hasOwn(fields, name));
  return orNull(() => {
    for (const [name, value] of known) fields[name](value);
    return Object.fromEntries(known);
  });
}

function orNull(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** A body of this kind; fields as in the table of section 6. */
export const makeBody = (kind, fields) => encode(new Map(Object.entries({ kind, ...fields })));

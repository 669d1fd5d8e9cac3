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
const onlyTrue = (value) => refuseIf(value !== true, "bad-shape", "true or left out");

const repost = { required: ["of"], fields: { of: reference } };
const follow = { required: ["account"], fields: { account: key } };
const KINDS = {
  open: {
    required: ["grant"],
    fields: { grant: (value) => shape.bytes(value), device: text(limits.MAX_DEVICE) },
  },
  post: {
    required: ["text"],
    fields: {
      text: text(limits.MAX_BODY),
      reply: reference,
      root: reference,
      quote: reference,
      mentions: arrayOf(key, limits.MAX_MENTIONS),
      tags: arrayOf(text(limits.MAX_TAG), limits.MAX_TAGS),
      lang: text(limits.MAX_LANG),
      warn: text(limits.MAX_WARNING),
      written: shape.time,
      origin: text(limits.MAX_ORIGIN),
      reply_origin: text(limits.MAX_ORIGIN),
    },
  },
  react: {
    required: ["on"],
    fields: { on: reference, emoji: text(limits.MAX_REACTION, 1) },
  },
  repost,
  unrepost: repost,
  profile: {
    required: [],
    fields: {
      name: text(limits.MAX_NAME),
      bio: text(limits.MAX_BIO),
      carriers: arrayOf(text(limits.MAX_CARRIER), limits.MAX_PROFILE_CARRIERS),
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

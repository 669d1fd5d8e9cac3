// Section 6: what a body says.

import * as limits from "./limits.mjs";
import { decode, encode } from "./msgpack.mjs";
import { Refused, refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";

const KIND = /^[A-Za-z_][A-Za-z0-9_]{0,31}$/;

const text = (most) => (value) => {
  shape.text(value, most);
  refuseIf(value.includes("\0"), "bad-shape", "NUL");
};
const reference = (value) => {
  shape.array(value, 4, "reference");
  shape.key(value[0]);
  shape.key(value[1]);
  shape.seq(value[2]);
  shape.bytes(value[3], 32, "id");
};
const tags = (value) => {
  shape.array(value);
  refuseIf(value.length < 1 || value.length > limits.MAX_TAGS, "bad-shape", "tags");
  value.forEach(text(limits.MAX_TAG));
};

const follow = { required: ["account"], fields: { account: (value) => shape.key(value) } };
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
      tags,
      lang: text(limits.MAX_LANG),
      warn: text(limits.MAX_WARNING),
      written: shape.time,
      origin: text(limits.MAX_ORIGIN),
      reply_origin: text(limits.MAX_ORIGIN),
    },
  },
  profile: { required: [], fields: { name: text(limits.MAX_NAME), bio: text(limits.MAX_BIO) } },
  follow,
  unfollow: follow,
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

function readFields(map, { required, fields }) {
  if (!required.every((name) => map.has(name))) return null;
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

// Section 22: the operations of a closed group.

import { compare, equal, utf8 } from "./bytes.mjs";
import { operationId } from "./hashes.mjs";
import { verify } from "./keys.mjs";
import * as limits from "./limits.mjs";
import { decode } from "./msgpack.mjs";
import { refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";

export const OPERATION_DOMAIN = utf8("sayso/1/group\0");

/** A canonical array of version 1 with so many items in all. */
export function readVersioned(bytes, length) {
  const items = shape.array(decode(bytes));
  shape.integer(items[0], 0n, 2n ** 64n - 1n);
  refuseIf(items[0] !== 1n, "unknown-version", "group");
  return shape.array(items, length);
}

/** Ids in strictly ascending order. */
export function readIds(value, least, most) {
  const { length } = shape.array(value, undefined, "ids");
  refuseIf(length < least || length > most, "bad-shape", "number of ids");
  value.forEach((one) => shape.bytes(one, 16, "id"));
  const ascends = value.every((one, n) => n === 0 || compare(value[n - 1], one) < 0);
  refuseIf(!ascends, "bad-shape", "order of ids");
  return value;
}

const isSelf = ({ author, target }) => equal(author, target);
const isPlain = ({ admin, given }) => !admin && given === null;

/** What is particular to each kind; says whether it is as it has to be. */
const KINDS = {
  create: (one) => isSelf(one) && one.admin && isCharter(one.given),
  add: ({ given }) => given === null || shape.bytes(given, 16).length > 0,
  remove: (one) => !isSelf(one) && isPlain(one),
  leave: (one) => isSelf(one) && isPlain(one),
};

function isCharter(given) {
  const [salt, name, circle, forgetting] = shape.array(given, 4, "charter");
  shape.bytes(salt, 16);
  shape.line(name, limits.MAX_GROUP_NAME, "name");
  [circle, forgetting].forEach((mode) => shape.boolean(mode));
  return true;
}

/** Read and verify an operation; whether it counts is for the group to say. */
export function readOperation(wire) {
  refuseIf(wire.length > limits.MAX_OPERATION, "too-large", "operation");
  const [signed, signature] = shape.array(decode(wire), 2);
  const fields = readVersioned(shape.bytes(signed), 11);
  shape.bytes(signature, 64);
  const [, type, named, author, feed, time, parents, kind, target, admin, given] = fields;
  refuseIf(type !== "group", "bad-shape", "type");
  const isKnown = typeof kind === "string" && Object.hasOwn(KINDS, kind);
  refuseIf(!isKnown, "bad-shape", "kind");
  [author, feed, target].forEach((key) => shape.key(key));
  shape.time(time);
  const isFirst = kind === "create";
  readIds(parents, isFirst ? 0 : 1, isFirst ? 0 : limits.MAX_PARENTS);
  refuseIf(isFirst !== (named === null), "bad-shape", "group");
  if (!isFirst) shape.bytes(named, 16, "group");
  shape.boolean(admin);
  refuseIf(!KINDS[kind]({ author, target, admin, given }), "bad-shape", kind);
  verify(feed, OPERATION_DOMAIN, signed, signature);
  const id = operationId(signed, signature);
  return { id, group: named ?? id, author, feed, time, parents, kind, target, admin, given };
}

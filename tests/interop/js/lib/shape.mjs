// Checks of single fields: type, size and range.

import { isBytes, utf8 } from "./bytes.mjs";
import { checkKey } from "./keys.mjs";
import { MAX_SEQ, MAX_TIME_MS } from "./limits.mjs";
import { refuseIf } from "./refused.mjs";

export function array(value, length, name = "array") {
  refuseIf(!Array.isArray(value), "bad-shape", `${name} is no array`);
  refuseIf(
    length !== undefined && value.length !== length,
    "bad-shape",
    `${name} has another length`,
  );
  return value;
}

export function bytes(value, size, name = "field") {
  refuseIf(!isBytes(value), "bad-shape", `${name} is no bytes`);
  refuseIf(size !== undefined && value.length !== size, "bad-shape", `${name} has another length`);
  return value;
}

export function key(value, name = "key") {
  return checkKey(bytes(value, 32, name));
}

export function integer(value, first, last, code = "bad-shape", name = "integer") {
  refuseIf(typeof value !== "bigint", "bad-shape", `${name} is no integer`);
  refuseIf(value < BigInt(first) || value > BigInt(last), code, `${name} is out of range`);
  return value;
}

export const seq = (value) => integer(value, 1n, MAX_SEQ, "bad-sequence", "seq");
export const time = (value) => integer(value, 0n, MAX_TIME_MS, "bad-shape", "time");

export function boolean(value) {
  refuseIf(typeof value !== "boolean", "bad-shape", "no boolean");
  return value;
}

export function text(value, most, name = "text") {
  refuseIf(typeof value !== "string", "bad-shape", `${name} is no text`);
  refuseIf(utf8(value).length > most, "too-large", name);
  return value;
}

/** Text of one line that shows something. */
export function line(value, most, name = "line") {
  const isLine = typeof value === "string" && value.trim() && !/[\p{C}\p{Zl}\p{Zp}]/u.test(value);
  refuseIf(!isLine || utf8(value).length > most, "bad-shape", name);
  return value;
}

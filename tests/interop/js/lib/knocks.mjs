// Section 23: the agreement of two devices, and the knock that calls some.
//
// A device has an account, a feed, an identity and a key of the week; whoever reads has the secrets
// of the last two.

import { concat, equal } from "./bytes.mjs";
import { agreedSecret, boundHash, knockCheck, pairSecret, wrapKey } from "./hashes.mjs";
import * as limits from "./limits.mjs";
import { decode } from "./msgpack.mjs";
import { Refused, refuseIf } from "./refused.mjs";
import { agreeOn, publicOf, TAG, unpad, unseal } from "./sealing.mjs";
import * as shape from "./shape.mjs";

const KEY = 32;
const CHECK = 16;
const WRAP = KEY + TAG;
const ZERO = new Uint8Array(24);

const boundTo = (caller, called, week, first) =>
  boundHash(concat(...caller, ...called, week, first));

function agreed(bound, parts) {
  const shared = agreedSecret(concat(...parts, bound));
  return { bound, shared, pair: pairSecret(shared) };
}

/** As the caller: `own` has secrets, `other` what is public. */
export function agreeAsCaller(own, other, first) {
  const names = [own.account, own.feed, publicOf(own.identity)];
  const called = [other.account, other.feed, other.identity];
  return agreed(boundTo(names, called, other.week, publicOf(first)), [
    agreeOn(own.identity, other.week),
    agreeOn(first, other.identity),
    agreeOn(first, other.week),
  ]);
}

/** As who is called: `own` has secrets, `other` what is public. */
export function agreeAsCalled(own, other, first) {
  const names = [own.account, own.feed, publicOf(own.identity)];
  const caller = [other.account, other.feed, other.identity];
  return agreed(boundTo(caller, names, publicOf(own.week), first), [
    agreeOn(own.week, other.identity),
    agreeOn(own.identity, first),
    agreeOn(own.week, first),
  ]);
}

/** Open a knock with the secrets of a device. */
export function readKnock(letter, own) {
  refuseIf(!limits.KNOCK_SIZES.includes(letter.length), "undecryptable", "size of a knock");
  const first = letter.slice(0, KEY);
  const many = letter[KEY];
  refuseIf(many < 1 || many > limits.MAX_CALLED, "undecryptable", "devices");
  const end = KEY + 1 + many * WRAP;
  const { place, key } = contentKey(letter.subarray(KEY + 1, end), first, own.week);
  const plain = unseal(letter.subarray(end), letter.subarray(0, end), ZERO, key);
  refuseIf(plain === null, "undecryptable", "damaged");
  const { names, checks, content } = readInner(plain, many);
  const [account, feed, identity] = names;
  const { shared } = agreeAsCalled(own, { account, feed, identity }, first);
  const check = checks.subarray(place * CHECK, (place + 1) * CHECK);
  refuseIf(!equal(check, knockCheck(shared, content)), "undecryptable", "another caller");
  return { account, feed, identity, first, content, shared };
}

function contentKey(wraps, first, week) {
  const outer = wrapKey(agreeOn(week, first), first, publicOf(week));
  for (let place = 0; place * WRAP < wraps.length; place += 1) {
    const key = unseal(wraps.subarray(place * WRAP, (place + 1) * WRAP), first, ZERO, outer);
    if (key !== null) return { place, key };
  }
  throw new Refused("undecryptable", "for another device");
}

function readInner(plain, many) {
  try {
    const [names, checks, content] = shape.array(decode(unpad(plain)), 3);
    shape.array(names, 3).forEach((name) => shape.bytes(name, KEY));
    shape.bytes(checks, many * CHECK);
    return { names, checks, content: shape.bytes(content) };
  } catch (error) {
    if (error instanceof Refused) throw new Refused("undecryptable", error.message);
    throw error;
  }
}

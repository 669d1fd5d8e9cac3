// Private messages: agreements, knocks, sessions, envelopes, contents.

import { bytesOf } from "./values.mjs";
import { equal, toHex } from "../lib/bytes.mjs";
import { readContent, readEnvelope } from "../lib/contents.mjs";
import { agreeAsCalled, agreeAsCaller, readKnock } from "../lib/knocks.mjs";
import { boxOfPair } from "../lib/letters.mjs";
import { Ratchet } from "../lib/ratchet.mjs";
import { Refused } from "../lib/refused.mjs";
import { agreeOn, publicOf } from "../lib/sealing.mjs";

export function readPrivate(test) {
  if (test.caller !== undefined) return readAgreement(test);
  if (test.secret !== undefined) return agreeOn(bytesOf(test.secret), bytesOf(test.public));
  if (test.wire !== undefined)
    return { opened: readKnock(bytesOf(test.wire), allBytes(test.reader)) };
  if (test.steps !== undefined) return { steps: play(allBytes(test.session), test.steps) };
  if (test.said !== undefined) return readContent(bytesOf(test.said));
  const { id, content } = readEnvelope(bytesOf(test.envelope));
  return { id, content, length: content.length };
}

export const expectPrivate = ({ agreed, boxes, opened, steps, kind, fields, id, content, length }) =>
  ({ agreed, boxes, opened, steps, kind, fields, id, content, length });

const allBytes = (named) =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [name, bytesOf(value)]));

const shown = ({ account, feed, identity, week }) => ({
  account,
  feed,
  identity: publicOf(identity),
  week: week && publicOf(week),
});

function readAgreement(test) {
  const [caller, called] = [allBytes(test.caller), allBytes(test.called)];
  const agreed = agreeAsCaller(caller, shown(called), caller.first);
  const other = agreeAsCalled(called, shown(caller), publicOf(caller.first));
  if (!equal(agreed.shared, other.shared)) throw new Error("both ends agree otherwise");
  return { agreed, boxes: [0, 1].map((way) => boxOfPair(agreed.pair, test.day, way).box) };
}

function play(session, steps) {
  const ends = {
    caller: Ratchet.caller({ ...session, week: publicOf(session.week) }),
    called: Ratchet.called(session),
  };
  const letters = [];
  return steps.map((step) => {
    const end = ends[step.by];
    if (step.lose !== undefined) {
      for (let n = 0; n < step.lose; n += 1) end.write(new Uint8Array(0), new Uint8Array(24));
      return step;
    }
    if (step.write !== undefined) {
      const letter = end.write(bytesOf(step.write), bytesOf(step.nonce));
      letters.push(letter);
      return { ...step, letter };
    }
    const letter = letters[step.read].slice();
    if (typeof step.bit === "number") letter[step.bit >> 3] ^= 1 << (step.bit & 7);
    return { ...step, says: heard(end, letter, step.drawn) };
  });
}

/** What a letter says; null where it is refused. Who refuses one may have drawn for it. */
function heard(end, letter, drawn) {
  const before = toHex(end.state.rk) + end.state.nr + end.kept.size;
  try {
    return end.read(letter, () => (drawn ? bytesOf(drawn) : new Uint8Array(32)));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const after = toHex(end.state.rk) + end.state.nr + end.kept.size;
    if (after !== before) throw new Error("what was refused changed the session");
    return null;
  }
}

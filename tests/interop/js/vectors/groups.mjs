// Closed groups: operations, epochs, posts, and who is in after some histories.

import { bytesOf } from "./values.mjs";
import { openGroupPost, readEpoch, readGroupPost } from "../lib/group_posts.mjs";
import { groupBoxSeed, groupDeviceSeed, groupPostKey } from "../lib/hashes.mjs";
import { Members } from "../lib/members.mjs";
import { readOperation } from "../lib/operations.mjs";
import { Refused } from "../lib/refused.mjs";

export function readGroup(test) {
  if (test.operations !== undefined) return readHistory(test.operations.map(bytesOf));
  if (test.operation !== undefined) return readOperation(bytesOf(test.operation));
  if (test.post !== undefined) return readGroupPost(bytesOf(test.post));
  const epoch = readEpoch(bytesOf(test.epoch));
  if (test.letter !== undefined) return openGroupPost(bytesOf(test.letter), epoch);
  const { id, group, key } = epoch;
  const day = groupBoxSeed(test.day, key);
  const box = test.feed === undefined ? day : groupDeviceSeed(bytesOf(test.feed), day);
  return { id, post_key: groupPostKey(group, key), box };
}

function readHistory(wires) {
  const [create, ...others] = wires.map(readOperation);
  const members = new Members(create);
  const refused = others.filter((one) => isRefused(members, one));
  return { in: members.list(), void: refused.map((one) => others.indexOf(one) + 1) };
}

function isRefused(members, operation) {
  try {
    members.take(operation);
    return false;
  } catch (error) {
    if (error instanceof Refused) return true;
    throw error;
  }
}

export const expectGroup = (test) => test.read ?? { in: test.in, void: test.void };

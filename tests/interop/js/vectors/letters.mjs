// Letters: the names of boxes and letters, stamps, and frames.

import { bytesOf } from "./values.mjs";
import { door, letterId } from "../lib/hashes.mjs";
import { bitsOfStamp, boxOfPair, readLetterFrame } from "../lib/letters.mjs";

export function readLetter(test) {
  if (test.frame !== undefined) return { fields: readLetterFrame(bytesOf(test.frame)).slice(1) };
  if (test.account !== undefined) return { box: door(bytesOf(test.account), test.day) };
  if (test.secret !== undefined) return boxOfPair(bytesOf(test.secret), test.day, test.direction);
  if (test.size !== undefined) return { id: letterId(bytesOf(test.in), new Uint8Array(test.size)) };
  return { bits: bitsOfStamp(bytesOf(test.in), bytesOf(test.of), test.stamp) };
}

export const expectLetter = ({ fields, key, box, id, bits }) => ({ fields, key, box, id, bits });

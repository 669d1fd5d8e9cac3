// Boxes that two devices share, and what a stamp is worth: section 20.

import assert from "node:assert/strict";
import { test } from "node:test";

import { letterId, stampHash } from "../lib/hashes.mjs";
import { bitsOfStamp, boxOfPair, readLetterFrame } from "../lib/letters.mjs";
import { encode } from "../lib/msgpack.mjs";
import { refusal } from "../testing/world.mjs";

const filled = (size, byte) => new Uint8Array(size).fill(byte);
const BOX = filled(16, 7);

test("a stamp of so many bits is found in about so many tries", () => {
  const id = letterId(BOX, filled(512, 0));
  let stamp = 0;
  while (bitsOfStamp(BOX, id, stamp) < 10) stamp += 1;
  const [first, second] = stampHash(BOX, id, stamp);
  assert.deepEqual([first, second >> 6], [0, 0]);
  assert.ok(stamp < 20_000);
});

test("each day and direction has a box of its own", () => {
  const boxes = [0, 1].flatMap((day) => [0, 1].map((way) => boxOfPair(filled(32, 1), day, way).box));
  assert.equal(new Set(boxes.map(String)).size, 4);
});

test("a letter of a door comes with its network and its stamp", () => {
  const lying = [BOX, 9n, filled(512, 0), filled(4, 1), 5n];
  const frame = (parts) => encode([7, [parts], false]);
  assert.deepEqual(readLetterFrame(frame(lying)), [7n, [lying], false]);
  for (const cut of [lying.slice(0, 4), [...lying.slice(0, 3), filled(5, 1), null]])
    assert.throws(() => readLetterFrame(frame(cut)), refusal("bad-shape"));
});

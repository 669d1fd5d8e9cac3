// First words: who they concern, and what their ways show. Section 19.

import assert from "node:assert/strict";
import { test } from "node:test";

import { makeBody } from "../lib/bodies.mjs";
import { encodeHeader } from "../lib/entries.mjs";
import { concerns, readFirstWord } from "../lib/first_words.mjs";
import { publicKey } from "../lib/keys.mjs";
import { encode } from "../lib/msgpack.mjs";
import { refusal, seed, world } from "../testing/world.mjs";

const [READER, OTHER] = [publicKey(seed(1)), publicKey(seed(2))];
const partsOf = ({ header, signature, body }) => [encodeHeader(header), signature, body];

/** The first word of an author with this entry. */
function word(author, reason, body, { bare = false, way = null } = {}) {
  const [header, signature, whole] = partsOf(author.append(body));
  const content = [header, signature, bare ? null : whole];
  return encode([1, "first word", reason, author.grant, content, null, null, way]);
}

test("the entry names the reader as the reason says", () => {
  const { author } = world(0);
  const reference = [READER, READER, 1, seed(3)];
  const bodies = {
    reply: makeBody("post", { text: "a", reply: reference }),
    quote: makeBody("post", { text: "a", quote: reference }),
    mention: makeBody("post", { text: "a", mentions: [OTHER, READER] }),
    follow: makeBody("follow", { account: READER }),
  };
  for (const reason of Object.keys(bodies))
    for (const other of Object.keys(bodies)) {
      const said = readFirstWord(word(author, reason, bodies[other]));
      assert.equal(concerns(said, READER), reason === other, `${reason} by ${other}`);
      assert.equal(concerns(said, seed(9)), false);
    }
});

test("what came without its body is not known to concern another", () => {
  const { author } = world(0);
  const said = readFirstWord(word(author, "reply", makeBody("post", { text: "a" }), { bare: true }));
  assert.equal(concerns(said, READER), true);
});

test("a way shows whom its entries follow", () => {
  const { author } = world(0);
  const follow = partsOf(author.append(makeBody("follow", { account: OTHER })));
  const body = makeBody("follow", { account: READER });
  const step = [author.grant, ...follow];
  const way = ["follows", [author.account], [step]];
  const said = readFirstWord(word(author, "follow", body, { way }));
  assert.deepEqual(said.way.proven, [[author.account, OTHER]]);
  for (const bad of [["follows", [author.account]], ["follows", [author.account], Array(5).fill(step)]])
    assert.throws(() => readFirstWord(word(author, "follow", body, { way: bad })), refusal("bad-shape"));
});

// Who is in a closed group, and what is sealed under an epoch of it: section 22.

import assert from "node:assert/strict";
import { test } from "node:test";

import { compare, toHex } from "../lib/bytes.mjs";
import { openGroupPost, readEpoch } from "../lib/group_posts.mjs";
import { publicKey, sign } from "../lib/keys.mjs";
import { Members } from "../lib/members.mjs";
import { encode } from "../lib/msgpack.mjs";
import { OPERATION_DOMAIN, readOperation } from "../lib/operations.mjs";
import { NOW, refusal, seed } from "../testing/world.mjs";

const [OWNER, ANN, BEN, CAT] = [1, 2, 3, 4];
const account = (person) => publicKey(seed(person));

/** What a person does, each with one device that is the account's key itself. */
function operation(person, kind, target, parents, { admin = false, given = null } = {}) {
  const [first] = parents;
  const ids = parents.map(({ id }) => id).sort(compare);
  const of = [first?.group ?? null, account(person), account(person), NOW, ids];
  const signed = encode([1, "group", ...of, kind, account(target), admin, given]);
  return readOperation(encode([signed, sign(seed(person), OPERATION_DOMAIN, signed)]));
}

const create = () =>
  operation(OWNER, "create", OWNER, [], {
    admin: true,
    given: [new Uint8Array(16), "chess", false, false],
  });
const admin = { admin: true };

/** Who is in after these, of which the create is the first. */
function membersOf([first, ...others]) {
  const members = new Members(first);
  others.forEach((one) => members.take(one));
  return members;
}

const listed = (...pairs) =>
  pairs.map(([person, isAdmin]) => [toHex(account(person)), isAdmin]).sort(([a], [b]) => (a < b ? -1 : 1));

test("who is in does not depend on the order in which operations come", () => {
  const begin = create();
  const ann = operation(OWNER, "add", ANN, [begin], admin);
  const ben = operation(OWNER, "add", BEN, [ann], admin);
  const gone = operation(OWNER, "remove", ANN, [ben]);
  const cat = operation(ANN, "add", CAT, [ben], admin);
  const done = operation(CAT, "remove", BEN, [cat]);
  for (const rest of [[gone, cat, done], [cat, gone, done], [cat, done, gone]])
    assert.deepEqual(membersOf([begin, ann, ben, ...rest]).list(), listed([OWNER, true]));
});

test("an add stands that the removal of its author knows", () => {
  const begin = create();
  const ann = operation(OWNER, "add", ANN, [begin], admin);
  const ben = operation(ANN, "add", BEN, [ann]);
  const gone = operation(OWNER, "remove", ANN, [ben]);
  const members = membersOf([begin, ann, ben, gone]);
  assert.deepEqual(members.list(), listed([OWNER, true], [BEN, false]));
});

test("who was added again as a member adds nobody", () => {
  const begin = create();
  const ann = operation(OWNER, "add", ANN, [begin], admin);
  const gone = operation(ANN, "leave", ANN, [ann]);
  const again = operation(OWNER, "add", ANN, [gone]);
  const members = membersOf([begin, ann, gone, again]);
  assert.deepEqual(members.list(), listed([OWNER, true], [ANN, false]));
  const more = operation(ANN, "add", BEN, [again]);
  assert.throws(() => members.take(more), refusal("bad-shape"));
  assert.throws(() => members.take(operation(OWNER, "add", CAT, [more])), refusal("bad-shape"));
});

test("nobody removes the owner, and no operation is of another group", () => {
  const begin = create();
  const ann = operation(OWNER, "add", ANN, [begin], admin);
  const members = membersOf([begin, ann]);
  const other = operation(BEN, "create", BEN, [], {
    admin: true,
    given: [new Uint8Array(16), "go", false, false],
  });
  for (const one of [operation(ANN, "remove", OWNER, [ann]), operation(BEN, "add", CAT, [other])])
    assert.throws(() => members.take(one), refusal("bad-shape"));
});

test("a letter under another key does not open", () => {
  const begin = create();
  const epoch = readEpoch(encode([1, begin.id, NOW, [begin.id], seed(5)]));
  assert.throws(() => openGroupPost(new Uint8Array(512), epoch), refusal("bad-signature"));
  assert.throws(() => openGroupPost(new Uint8Array(511), epoch), refusal("bad-shape"));
});

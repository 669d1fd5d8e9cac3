// For each subject of the vectors: what to read, and what it should give.

import { readAnnouncement, unseal } from "../lib/announcements.mjs";
import { nameOf, readBlobFrame, readNode } from "../lib/blobs.mjs";
import { readBody } from "../lib/bodies.mjs";
import { expectAttachment, readAttachment } from "./attachments.mjs";
import { bytesOf, integerOf, plainInteger } from "./values.mjs";
import { isBytes, toHex } from "../lib/bytes.mjs";
import { readEntry } from "../lib/entries.mjs";
import { readFork } from "../lib/forks.mjs";
import { unexplained } from "../lib/absences.mjs";
import { readFrame, readLength, TYPE } from "../lib/frames.mjs";
import * as hashes from "../lib/hashes.mjs";
import { Days, findAccount } from "../lib/interest.mjs";
import { readInvite } from "../lib/invites.mjs";
import { checkKey, keyFromText, keyText, publicKey, verify } from "../lib/keys.mjs";
import { LEAF_SIZE } from "../lib/limits.mjs";
import { decode } from "../lib/msgpack.mjs";
import { PeerOrder } from "../lib/order.mjs";
import { entropyOf, keySeed, phraseOf } from "../lib/phrase.mjs";
import { checkRun, commitmentOf } from "../lib/runs.mjs";
import * as shape from "../lib/shape.mjs";
import { readWord } from "./first_words.mjs";
import { expectGroup, readGroup } from "./groups.mjs";
import { expectLetter, readLetter } from "./letters.mjs";
import { expectPrivate, readPrivate } from "./private_letters.mjs";
import { expectRosters, readRosters } from "./rosters.mjs";
import { readSession } from "./sessions.mjs";
import * as statements from "../lib/statements.mjs";
import { bare, fold, keep, tokens } from "../lib/text.mjs";

const USES = {
  "entry id": (header, signature) => hashes.entryId(header, signature),
  "body hash": (body) => hashes.bodyHash(body),
  "promise of a key": (key) => hashes.promiseOf(key),
  "account seed": (seed, number) => hashes.accountSeed(seed, BigInt(`0x${toHex(number)}`)),
  "blinded account": (account, day) => hashes.blind(account, BigInt(`0x${toHex(day)}`)),
};

/** A value of msgpack as the vectors write it. */
function valueOf(value) {
  if (typeof value === "bigint") {
    const short = plainInteger(value);
    return typeof short === "string" ? { integer: short } : short;
  }
  if (isBytes(value)) return { bytes: toHex(value) };
  if (Array.isArray(value)) return value.map(valueOf);
  if (value instanceof Map) return { map: [...value].map(([key, item]) => [key, valueOf(item)]) };
  return value;
}

function readKey(test) {
  if (test.text === undefined) return checkKey(shape.bytes(bytesOf(test.key)));
  const key = keyFromText(test.text);
  const bare = test.text.replace("did:key:", "");
  if (keyText(key) !== bare) throw new Error("the key is written otherwise");
  return key;
}

function readPhrase(test) {
  const entropy = entropyOf(test.phrase);
  const numbers = test.index === undefined ? [...(test.keys ?? [0]).keys()] : [test.index];
  const keys = numbers.map((number) => publicKey(keySeed(test.phrase, number)));
  if (entropyOf(phraseOf(entropy)).join() !== entropy.join()) throw new Error("another phrase");
  return { entropy, keys, promises: keys.map(hashes.promiseOf) };
}

function readInterest(test) {
  if (test.named) return nameDays(test.named);
  return findAccount(test.accounts.map(bytesOf), test.day, bytesOf(test.blind));
}

/** All days but the last are taken, whatever the case says of that one. */
function nameDays(named) {
  const days = new Days();
  named.forEach((one, n) => {
    if (n + 1 < named.length) taken(() => days.note(...one));
    else days.note(...one);
  });
  return null;
}

function readAnEntry(test) {
  const body = bytesOf(test.body);
  const { header, id } = readEntry(bytesOf(test.header), bytesOf(test.signature), body);
  const { feed, seq, previous, timeMs, bodySize, bodyHash } = header;
  return {
    id,
    kind: readBody(body).kind,
    fields: { feed, seq, previous, time_ms: timeMs, body_size: bodySize, body_hash: bodyHash },
  };
}

/** [size, hash], where [[piece, times], …] are bytes. */
const isAbsent = (body) => typeof body !== "string" && !Array.isArray(body[0]);

function readRun(test) {
  return entriesOf(test).map((entry) => entry.id);
}

function readAbsence(test) {
  const account = bytesOf(test.account);
  const one = [test.account, ...test.one];
  const proofs = test.proofs.map(([grant, feed, seq, previous, time, body, signature]) => [
    bytesOf(grant),
    bytesOf(feed),
    integerOf(seq),
    previous === null ? null : bytesOf(previous),
    integerOf(time),
    bytesOf(body),
    bytesOf(signature),
  ]);
  const isOne = (key, other) => [key, other].every((each) => one.includes(toHex(each)));
  return unexplained(entriesOf(test), account, proofs, isOne);
}

function entriesOf(test) {
  const bodies = test.bodies.map((body) =>
    isAbsent(body) ? [integerOf(body[0]), bytesOf(body[1])] : bytesOf(body),
  );
  const run = {
    feed: bytesOf(test.feed),
    first: integerOf(test.first),
    previous: test.previous === null ? null : bytesOf(test.previous),
    times: test.times.map(integerOf),
    bodies: bodies.map((body) => (Array.isArray(body) ? null : body)),
    commitments: bodies.map(commitmentOf),
    signatures: test.signatures.map(bytesOf),
  };
  return checkRun(run, test.tip ? bytesOf(test.tip) : null);
}

function readStatements(test) {
  if (test.wires)
    return countingOf(test.wires.map((wire) => statements.readStatement(bytesOf(wire))));
  const statement = statements.readStatement(bytesOf(test.wire));
  if (test.after === undefined) {
    delete statement.signed;
    return statement;
  }
  return statements.keepsPromise(statement, statements.readGrantWire(bytesOf(test.after)));
}

function countingOf(read) {
  const best =
    read[0].type === "revoke"
      ? statements.revokeThatCounts(read)
      : statements.rotationThatCounts(read);
  return read.indexOf(best);
}

const expectStatements = ({ statement, counts, keeps }) => statement ?? counts ?? keeps;

function readAFrame(test) {
  if (test.prefix) return readLength(bytesOf(test.prefix));
  const { name, fields } = readFrame(bytesOf(test.frame), test.version ?? 1);
  return { type: TYPE[name], fields };
}

/** All frames but the last are taken, whatever the case says of that one. */
function readOrder(test) {
  const order = new PeerOrder();
  for (const [number, feed, first, last] of test.asked) {
    order.ask(BigInt(number), bytesOf(feed), BigInt(first), BigInt(last));
  }
  test.frames.forEach((frame, n) => {
    if (n + 1 < test.frames.length) taken(() => order.follow(readFrame(bytesOf(frame))));
    else order.follow(readFrame(bytesOf(frame)));
  });
  return null;
}

function taken(follow) {
  try {
    follow();
  } catch (error) {
    throw new Error(`one before the last was refused: ${error.message}`);
  }
}

function readLocation(test) {
  const account = bytesOf(test.account);
  if (test.wire !== undefined) return readAnnouncement(bytesOf(test.wire), account);
  return unseal(bytesOf(test.sealed), account, test.day);
}

/** Leaf number i of a blob: 01, i as four bytes, zeros. */
function* leavesOf(size) {
  for (let i = 0; i * LEAF_SIZE < size; i += 1) {
    const leaf = Buffer.alloc(Math.min(LEAF_SIZE, size - i * LEAF_SIZE));
    const head = Buffer.from([1, i >> 24, i >> 16, i >> 8, i]);
    head.copy(leaf);
    yield leaf;
  }
}

function readBlob(test) {
  if (test.cid !== undefined) return { cid: nameOf(leavesOf(test.size)) };
  if (test.block !== undefined)
    return { children: readNode(bytesOf(test.block), test.below, test.depth) };
  const [type, ...fields] = readBlobFrame(bytesOf(test.frame));
  return { type, fields };
}

export const READERS = {
  msgpack: { read: (test) => valueOf(decode(bytesOf(test.bytes))), expect: (test) => test.value },
  keys: { read: readKey, expect: (test) => test.key },
  hashes: { read: (test) => USES[test.use](...test.of.map(bytesOf)), expect: (test) => test.hash },
  signatures: {
    read: ({ key, domain, message, signature }) =>
      verify(bytesOf(key), bytesOf(domain), bytesOf(message), bytesOf(signature)) ?? null,
    expect: () => null,
  },
  phrases: {
    read: readPhrase,
    expect: ({ entropy, keys, promises }) => ({ entropy, keys, promises }),
  },
  interest: { read: readInterest, expect: (test) => test.found ?? null },
  bodies: {
    read: (test) => readBody(bytesOf(test.body)),
    expect: ({ kind, fields, known }) => ({ kind, fields: fields ?? (known ? undefined : null) }),
  },
  entries: { read: readAnEntry, expect: ({ id, kind, fields }) => ({ id, kind, fields }) },
  runs: { read: readRun, expect: (test) => test.ids },
  statements: { read: readStatements, expect: expectStatements },
  forks: {
    read: (test) => readFork(bytesOf(test.wire)),
    expect: ({ feed, seq }) => ({ feed, seq }),
  },
  absences: { read: readAbsence, expect: (test) => test.unexplained },
  frames: { read: readAFrame, expect: ({ type, fields }) => ({ type, fields }) },
  sessions: { read: readSession, expect: (test) => test.entries },
  texts: {
    read: ({ text }) => ({ keep: keep(text), fold: fold(text), bare: bare(text), tokens: tokens(text) }),
    expect: ({ keep, fold, bare, tokens }) => ({ keep, fold, bare, tokens }),
  },
  invites: { read: (test) => readInvite(test.link), expect: (test) => test.invite },
  announcements: {
    read: readLocation,
    expect: ({ announcement, key }) => ({ announcement, key }),
  },
  blobs: {
    read: readBlob,
    expect: ({ cid, children, type, fields }) => ({ cid, children, type, fields }),
  },
  letters: { read: readLetter, expect: expectLetter },
  first_words: { read: readWord, expect: (test) => test.says },
  groups: { read: readGroup, expect: expectGroup },
  private_letters: { read: readPrivate, expect: expectPrivate },
  attachments: { read: readAttachment, expect: expectAttachment },
  rosters: { read: readRosters, expect: expectRosters },
  order: { read: readOrder, expect: () => null },
};

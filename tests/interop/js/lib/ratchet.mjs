// Section 23: one end of a session, the double ratchet with header encryption. The names are those of
// its specification.

import { bigEndian, concat, toHex } from "./bytes.mjs";
import { chainStep, firstHeaderKeys, rootStep } from "./hashes.mjs";
import { MAX_KEPT_KEYS, MAX_SKIPPED } from "./limits.mjs";
import { refuseIf } from "./refused.mjs";
import { agreeOn, publicOf, seal, TAG, unseal } from "./sealing.mjs";

const NONCE = 24;
const HEADER = 32 + 4 + 4;
const START = { cks: null, ckr: null, hks: null, hkr: null, ns: 0, nr: 0, pn: 0 };

export class Ratchet {
  /** The caller's end; `drawn` is its first ratchet secret. */
  static caller({ shared, bound, week, drawn }) {
    const [hks, nhkr] = firstHeaderKeys(shared);
    const [rk, cks, nhks] = rootStep(shared, agreeOn(drawn, week));
    return new Ratchet(bound, { ...START, dhs: drawn, rk, cks, hks, nhks, nhkr });
  }

  /** The end of who was called; `week` is its secret. */
  static called({ shared, bound, week }) {
    const [nhkr, nhks] = firstHeaderKeys(shared);
    return new Ratchet(bound, { ...START, dhs: week, rk: shared, nhks, nhkr });
  }

  constructor(bound, state) {
    this.bound = bound;
    this.state = state;
    this.kept = new Map(); // of skipped letters: the header key, the number, the message key
  }

  write(content, nonce) {
    const { cks, hks, dhs, pn, ns } = this.state;
    if (cks === null) throw new Error("who was called speaks second");
    const [next, key] = chainStep(cks);
    const numbers = concat(publicOf(dhs), bigEndian(pn, 4), bigEndian(ns, 4));
    const header = seal(numbers, this.bound, nonce, hks);
    this.state = { ...this.state, cks: next, ns: ns + 1 };
    return concat(nonce, header, seal(content, concat(this.bound, header), nonce, key));
  }

  /** What a letter says; `draw` gives the secret of a turn. What is refused changes nothing. */
  read(letter, draw) {
    refuseIf(letter.length < NONCE + HEADER + 2 * TAG, "undecryptable", "short");
    const nonce = letter.slice(0, NONCE);
    const header = letter.slice(NONCE, NONCE + HEADER + TAG);
    const body = letter.slice(NONCE + HEADER + TAG);
    const open = (key) => unseal(body, concat(this.bound, header), nonce, key);
    const plainBy = (key) => unseal(header, this.bound, nonce, key);
    return this.readSkipped(plainBy, open) ?? this.readNext(plainBy, open, draw);
  }

  readSkipped(plainBy, open) {
    for (const [name, { head, number, key }] of this.kept) {
      const plain = plainBy(head);
      if (plain === null || numbersOf(plain).number !== number) continue;
      const content = open(key);
      refuseIf(content === null, "undecryptable", "damaged");
      this.kept.delete(name);
      return content;
    }
    return null;
  }

  readNext(plainBy, open, draw) {
    const skipped = [];
    let draft = this.state;
    let plain = plainBy(draft.hkr);
    const isTurn = plain === null;
    if (isTurn) plain = plainBy(draft.nhkr);
    refuseIf(plain === null, "undecryptable", "for nobody here");
    const { dhr, before, number } = numbersOf(plain);
    if (isTurn) draft = turned(skip(draft, before, skipped), dhr, draw());
    else refuseIf(number < draft.nr, "undecryptable", "read before");
    draft = skip(draft, number, skipped);
    const [ckr, key] = chainStep(draft.ckr);
    const content = open(key);
    refuseIf(content === null, "undecryptable", "damaged");
    this.state = { ...draft, ckr, nr: draft.nr + 1 };
    this.keep(skipped);
    return content;
  }

  keep(skipped) {
    for (const one of skipped) this.kept.set(`${toHex(one.head)} ${one.number}`, one);
    const names = [...this.kept.keys()];
    names.slice(0, Math.max(0, names.length - MAX_KEPT_KEYS)).forEach((name) => this.kept.delete(name));
  }
}

function numbersOf(plain) {
  const view = Buffer.from(plain);
  return { dhr: plain.slice(0, 32), before: view.readUInt32BE(32), number: view.readUInt32BE(36) };
}

/** The state at this number of the chain that is read, with the keys of those before it. */
function skip(state, until, skipped) {
  if (state.ckr === null) {
    refuseIf(until > 0, "undecryptable", "a chain that never was");
    return state;
  }
  refuseIf(until - state.nr + skipped.length > MAX_SKIPPED, "undecryptable", "too many are missing");
  let { ckr, nr } = state;
  for (; nr < until; nr += 1) {
    const [next, key] = chainStep(ckr);
    skipped.push({ head: state.hkr, number: nr, key });
    ckr = next;
  }
  return { ...state, ckr, nr };
}

function turned({ dhs, rk, nhks, nhkr, ns }, dhr, drawn) {
  const [middle, ckr, nextTake] = rootStep(rk, agreeOn(dhs, dhr));
  const [root, cks, nextSend] = rootStep(middle, agreeOn(drawn, dhr));
  const heads = { hks: nhks, hkr: nhkr, nhks: nextSend, nhkr: nextTake };
  return { dhs: drawn, rk: root, cks, ckr, ...heads, ns: 0, nr: 0, pn: ns };
}

// Section 24: rosters, and which nodes are front ends of one store.

import { compare, equal, toHex, utf8 } from "./bytes.mjs";
import { rosterId } from "./hashes.mjs";
import { verify } from "./keys.mjs";
import { MAX_FRONT_ENDS, MAX_ROSTER, MAX_SEQ, ROSTER_VALID_MS } from "./limits.mjs";
import { decode, encode } from "./msgpack.mjs";
import { refuseIf } from "./refused.mjs";
import * as shape from "./shape.mjs";

const DOMAIN = utf8("sayso/1/roster\0");
const CONSENT_DOMAIN = utf8("sayso/1/front end\0");

/** Read and verify a roster as it travels. */
export function readRoster(wire) {
  refuseIf(wire.length > MAX_ROSTER, "too-large", "roster");
  const [bytes, signature] = shape.array(decode(wire), 2, "roster");
  const said = shape.bytes(bytes);
  shape.bytes(signature, 64, "signature");
  const fields = shape.array(decode(said), undefined, "signed part");
  refuseIf(fields[0] !== 1n, "unknown-version", "roster");
  const [, store, epoch, version, until, rows] = shape.array(fields, 6, "signed part");
  shape.integer(version, 1n, MAX_SEQ, "bad-sequence", "version");
  shape.key(store);
  shape.bytes(epoch, 16, "epoch");
  shape.time(until);
  const nodes = readNodes(rows);
  verify(store, DOMAIN, said, signature);
  for (const [node, time, consent] of nodes) {
    verify(node, CONSENT_DOMAIN, encode([1n, store, node, time]), consent);
  }
  return { store, epoch, version, until, nodes: nodes.map(([node, time]) => [node, time]) };
}

function readNodes(rows) {
  refuseIf(shape.array(rows, undefined, "nodes").length < 1, "bad-shape", "no node");
  refuseIf(rows.length > MAX_FRONT_ENDS, "too-large", "nodes");
  for (const row of rows) {
    const [node, time, consent] = shape.array(row, 3, "node");
    shape.key(node);
    shape.time(time);
    shape.bytes(consent, 64, "consent");
  }
  const ascends = rows.every((row, n) => n === 0 || compare(rows[n - 1][0], row[0]) < 0);
  refuseIf(!ascends, "bad-shape", "nodes out of order");
  return rows;
}

const agreed = (roster, node) => roster.nodes.find(([key]) => equal(key, node))?.[1];

/** The rosters that nodes have shown, by store. */
export class RosterBook {
  #known = new Map();

  /** A node whose store has this epoch shows its roster, or that it has none. */
  show(node, epoch, wire, now) {
    if (wire.length === 0) return this.#leave(node, null);
    const roster = readRoster(wire);
    refuseIf(agreed(roster, node) === undefined, "protocol-violation", "not in its own roster");
    if (!equal(roster.epoch, epoch) || !holds(roster, now)) return null;
    const store = toHex(roster.store);
    const known = this.#known.get(store);
    if (known && roster.version < known.roster.version) return null;
    if (!known || roster.version > known.roster.version) {
      this.#known.set(store, { roster, wire, left: new Set(), contested: false });
    } else if (!equal(known.wire, wire)) known.contested = true;
    else known.left.delete(toHex(node));
    return this.#leave(node, store);
  }

  /** The key of the store of which a node is a front end, null for none. */
  storeOf(node, now) {
    const found = [...this.#known.values()]
      .filter(({ roster, left, contested }) => !contested && !left.has(toHex(node)) && holds(roster, now))
      .map(({ roster }) => ({ store: roster.store, time: agreed(roster, node) }))
      .filter(({ time }) => time !== undefined);
    const latest = found.filter(({ time }) => found.every((other) => other.time <= time));
    return latest.length === 1 ? latest[0].store : null;
  }

  #leave(node, present) {
    for (const [store, { left }] of this.#known) if (store !== present) left.add(toHex(node));
    return null;
  }
}

function holds(roster, now) {
  const left = roster.until - now;
  return left > 0n && left <= ROSTER_VALID_MS;
}

export { rosterId };

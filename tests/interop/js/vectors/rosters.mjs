// The vectors of rosters: read one, its frames, and what follows from those that were shown.

import { readFrame, TYPE } from "../lib/frames.mjs";
import { readRoster, RosterBook, rosterId } from "../lib/rosters.mjs";
import { bytesOf } from "./values.mjs";

export function readRosters(test) {
  if (test.frame !== undefined) {
    const { name, fields } = readFrame(bytesOf(test.frame), test.version);
    return { type: TYPE[name], fields };
  }
  if (test.shown !== undefined) return { stores: storesAfter(test) };
  const wire = bytesOf(test.wire);
  return { roster: readRoster(wire), id: rosterId(wire) };
}

function storesAfter({ now, shown, stores }) {
  const book = new RosterBook();
  for (const [node, epoch, wire] of shown) {
    book.show(bytesOf(node), bytesOf(epoch), bytesOf(wire), BigInt(now));
  }
  return (stores ?? []).map(([node]) => [node, book.storeOf(bytesOf(node), BigInt(now))]);
}

export const expectRosters = ({ roster, id, type, fields, stores }) => ({
  roster,
  id,
  type,
  fields,
  stores,
});

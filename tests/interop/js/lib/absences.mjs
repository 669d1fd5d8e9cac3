// Section 7: where a body may be absent, and what shows it.

import { equal } from "./bytes.mjs";
import { readBody } from "./bodies.mjs";
import { refuseIf } from "./refused.mjs";
import { checkRun, commitmentOf } from "./runs.mjs";
import { readGrantWire } from "./statements.mjs";

/** Check a proof as a frame has it: who takes back which entries. */
export function readProof([wire, feed, first, previous, time, body, signature]) {
  const grant = readGrantWire(wire);
  refuseIf(!equal(grant.feed, feed), "not-granted", "the grant of another feed");
  const { kind, fields } = readBody(body);
  refuseIf(kind !== "retract" || fields === null, "bad-shape", "no retraction");
  checkRun({
    feed,
    first,
    previous,
    times: [time],
    bodies: [body],
    commitments: [commitmentOf(body)],
    signatures: [signature],
  });
  return { account: grant.account, of: fields.of };
}

/**
 * The numbers of the entries without a body (of an account's feed, as `checkRun` gives them) that
 * no proof explains. `isOne` says whether two keys are one account.
 */
export function unexplained(entries, account, proofs, isOne) {
  const said = proofs.map(readProof).filter((one) => isOne(one.account, account));
  const isNamed = ({ header, id }) =>
    said.some(({ of }) =>
      of.some(
        ([who, feed, seq, name]) =>
          equal(who, account) &&
          equal(feed, header.feed) &&
          seq === header.seq &&
          equal(name, id),
      ),
    );
  return entries
    .filter((entry) => entry.body === null && !isNamed(entry))
    .map(({ header }) => header.seq);
}

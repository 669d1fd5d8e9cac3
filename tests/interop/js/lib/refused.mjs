// The error codes of section 14 that this implementation uses, and one of its own for section 23.

export const CODES = new Set([
  "refused",
  "not-canonical",
  "bad-shape",
  "too-large",
  "unknown-version",
  "bad-key",
  "bad-signature",
  "bad-phrase",
  "bad-text",
  "mistyped",
  "wrong-body",
  "wrong-block",
  "time-goes-back",
  "bad-sequence",
  "not-granted",
  "promise-broken",
  "circular-rotation",
  "revoked",
  "forked",
  "not-forked",
  "protocol-violation",
  "wrong-day",
  "not-asked",
  "undecryptable",
]);

/** Something from outside broke the rule named by `code`. */
export class Refused extends Error {
  constructor(code, detail = "") {
    super(detail ? `${code}: ${detail}` : code);
    if (!CODES.has(code)) throw new TypeError(`no error code: ${code}`);
    this.code = code;
  }
}

export function refuseIf(broken, code, detail) {
  if (broken) throw new Refused(code, detail);
}

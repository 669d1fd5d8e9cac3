// Byte strings are Uint8Array everywhere; they compare as strings of unsigned bytes.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const isBytes = (value) => value instanceof Uint8Array;
export const fromHex = (text) => new Uint8Array(Buffer.from(text, "hex"));
export const toHex = (bytes) => Buffer.from(bytes).toString("hex");
export const utf8 = (text) => encoder.encode(text);
export const compare = (a, b) => Buffer.compare(a, b);
export const equal = (a, b) => a.length === b.length && Buffer.compare(a, b) === 0;

/** Text of well-formed UTF-8; throws TypeError for all else (also for surrogates). */
export const textOf = (bytes) => decoder.decode(bytes);

export function concat(...parts) {
  return new Uint8Array(Buffer.concat(parts));
}

/** An unsigned integer as `size` big-endian bytes. */
export function bigEndian(value, size) {
  return fromHex(
    BigInt(value)
      .toString(16)
      .padStart(size * 2, "0"),
  );
}

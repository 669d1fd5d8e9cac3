// Files of private messages: what a message says of them, and how they are sealed.

import { createHash } from "node:crypto";

import { bytesOf } from "./values.mjs";
import { openFile, readGroupFiles, readMessageFiles, sealFile } from "../lib/attachments.mjs";
import { cidOf } from "../lib/blobs.mjs";
import { concat } from "../lib/bytes.mjs";

const sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());

export function readAttachment(test) {
  if (test.wire !== undefined) return { files: readMessageFiles(bytesOf(test.wire)).map(hashed) };
  if (test.body !== undefined) return { files: readGroupFiles(bytesOf(test.body)).map(hashed) };
  const key = bytesOf(test.key);
  if (test.data !== undefined) return { plain: openFile(key, test.opens, bytesOf(test.data)) };
  const file = Uint8Array.from({ length: test.sealed_of }, (_, n) => n % 251);
  const chunks = sealFile(key, file);
  if (sha256(openFile(key, file.length, concat(...chunks))).join() !== sha256(file).join())
    throw new Error("it opens as something else");
  const chunk = chunks.map((one) => [one.length, sha256(one)]);
  return { chunk, blob: sha256(concat(...chunks)), cid: cidOf(chunks) };
}

/** What lies in a message, by its hash. */
const hashed = ({ data, ...shown }) => (data ? { ...shown, hash: sha256(data) } : shown);

export const expectAttachment = ({ files, plain, chunk, blob, cid }) => ({
  files,
  plain,
  chunk,
  blob,
  cid,
});

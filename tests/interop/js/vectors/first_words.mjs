// First words of strangers; of their entries vectors have the id alone.

import { bytesOf } from "./values.mjs";
import { readFirstWord } from "../lib/first_words.mjs";

export function readWord(test) {
  const word = readFirstWord(bytesOf(test.wire));
  return { ...word, entry: word.entry && word.entry.id };
}

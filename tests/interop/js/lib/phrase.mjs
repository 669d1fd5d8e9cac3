// Section 2: an account is held by 24 words of the English BIP 39 list.

import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedSync } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";

import { accountSeed } from "./hashes.mjs";
import { Refused, refuseIf } from "./refused.mjs";

const normal = (phrase) => phrase.trim().toLowerCase().split(/\s+/).join(" ");

export const phraseOf = (entropy) => entropyToMnemonic(entropy, wordlist);

/** The 32 bytes that a phrase holds. */
export function entropyOf(phrase) {
  const words = normal(phrase);
  refuseIf(words.split(" ").length !== 24, "bad-phrase", "not 24 words");
  try {
    return mnemonicToEntropy(words, wordlist);
  } catch {
    throw new Refused("bad-phrase", "a word or the check sum is wrong");
  }
}

/** The Ed25519 seed of the account's key with this number. */
export function keySeed(phrase, number) {
  entropyOf(phrase);
  refuseIf(number < 0 || number > 0xffffffff, "bad-phrase", "no key of this number");
  return accountSeed(mnemonicToSeedSync(normal(phrase)), number);
}

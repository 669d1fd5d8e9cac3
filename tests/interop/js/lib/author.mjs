// An account with one feed, made from a seed of 32 bytes: the entropy of its phrase.

import { makeBody } from "./bodies.mjs";
import { makeEntry } from "./entries.mjs";
import { bodyHash, promiseOf } from "./hashes.mjs";
import { publicKey } from "./keys.mjs";
import { keySeed, phraseOf } from "./phrase.mjs";
import { makeGrant } from "./statements.mjs";
import { concat, utf8 } from "./bytes.mjs";

export class Author {
  constructor(store, entropy, now = () => BigInt(Date.now())) {
    this.store = store;
    this.now = now;
    this.phrase = phraseOf(entropy);
    this.account = publicKey(keySeed(this.phrase, 0));
    // The feed's key is of its own; here it follows from the seed, so that a run can be repeated.
    this.feedSeed = bodyHash(concat(utf8("interop feed"), entropy));
    const promise = promiseOf(publicKey(keySeed(this.phrase, 1)));
    this.grant = makeGrant(keySeed(this.phrase, 0), this.feedSeed, promise);
    this.last = null;
    store.carry(this.account);
    this.feed = store.grant(this.grant);
    this.append(makeBody("open", { grant: this.grant }));
  }

  post(text) {
    return this.append(makeBody("post", { text }));
  }

  /** Refused where the feed has ended or forked: nothing more may be published of it. */
  append(body) {
    const entry = makeEntry(this.feedSeed, this.last, this.now(), body);
    this.feed.checkNext(entry);
    this.store.add(this.feed, [entry]);
    this.last = entry;
    return this.last;
  }
}

// Posts as JSON lines, newest first; live ones as they come.

import { readBody } from "./bodies.mjs";
import { equal, toHex } from "./bytes.mjs";
import { keyText } from "./keys.mjs";

export const print = (event, fields) => console.log(JSON.stringify({ event, ...fields }));

export class Printer {
  constructor(store, wanted) {
    this.wanted = wanted;
    this.printed = new Set();
    store.on("entries", (feed) => this.show(feed));
  }

  /** Print a feed once it is held from its first entry on: then it is known what counts. */
  show(feed) {
    const whole = feed.held.list().length === 1 && feed.entries.has(1n);
    if (!whole || !this.wanted.some((account) => equal(account, feed.account))) return;
    for (const entry of feed.counting().reverse()) {
      const id = toHex(entry.id);
      if (this.printed.has(id)) continue;
      this.printed.add(id);
      this.showEntry(feed, entry, id);
    }
  }

  showEntry(feed, { header, body }, id) {
    const { kind, fields } = readBody(body);
    const from = { account: keyText(feed.account), feed: keyText(feed.key) };
    const place = { seq: Number(header.seq), id, time_ms: Number(header.timeMs) };
    if (kind === "post" && fields) print("post", { ...from, ...place, text: fields.text });
    else print("entry", { ...from, ...place, kind });
  }
}

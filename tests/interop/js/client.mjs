// A client: follows accounts on running nodes, and serves a feed of its own to them.
//
// Usage: node client.mjs [--follow KEY]... [--post TEXT]... [--seed HEX] [--stdin] [--once] ADDR...
//   --follow KEY  an account to pull and print, in text form
//   --post TEXT   a post for the own feed; may come often
//   --seed HEX    32 bytes from which the own account is made (else random)
//   --stdin       each line that comes in is one more post
//   --once        end when every peer is in sync with us and we with it
// Prints one JSON object a line.

import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import { Author } from "./lib/author.mjs";
import { fromHex, toHex } from "./lib/bytes.mjs";
import { keyFromText, keyText } from "./lib/keys.mjs";
import { dial, startNode } from "./lib/link.mjs";
import { Printer, print } from "./lib/printer.mjs";
import { Refused } from "./lib/refused.mjs";
import { Session } from "./lib/session.mjs";
import { Store } from "./lib/store.mjs";

const { values: options, positionals: addresses } = parseArgs({
  allowPositionals: true,
  options: {
    follow: { type: "string", multiple: true, default: [] },
    post: { type: "string", multiple: true, default: [] },
    seed: { type: "string" },
    stdin: { type: "boolean", default: false },
    once: { type: "boolean", default: false },
  },
});

const store = new Store();
const seed = options.seed ? fromHex(options.seed) : new Uint8Array(randomBytes(32));
const author = new Author(store, seed);
const wanted = options.follow.map(keyFromText);
for (const account of wanted) store.carry(account);
for (const text of options.post) author.post(text);
print("account", { account: keyText(author.account), feed: keyText(author.feed.key) });
new Printer(store, wanted);
store.on("said", (account, { type, feed, seq }) => {
  const about = feed ? { feed: keyText(feed), seq: Number(seq) } : {};
  print("said", { type, account: keyText(account), ...about });
});

/** Note who has said `Synced`, and end with `--once` when both sides have. */
function watch(session, address) {
  const said = { us: false, peer: false };
  const note = (side) => {
    said[side] = true;
    print("synced", { by: side, address });
    if (options.once && said.us && said.peer) session.bye("done");
  };
  session.on("sent", (name) => name === "Synced" && note("us"));
  session.on("got", (name) => name === "Synced" && setImmediate(() => note("peer")));
  session.on("refused", (error) => print("refused", { code: error.code, detail: error.message }));
}

function publish(text) {
  try {
    const { id, header } = author.post(text);
    print("posted", { seq: Number(header.seq), id: toHex(id) });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    print("refused", { code: error.code, detail: error.message }); // the feed ended or forked
  }
}

async function meet(address) {
  const session = new Session(store, wanted, await dial(node, address));
  watch(session, address);
  sessions.push(session);
  print("connected", { address });
  print("ended", { address, code: await session.run() });
}

const sessions = [];
const node = await startNode();
const leave = () => sessions.forEach((session) => session.bye("done"));
process.on("SIGINT", leave).on("SIGTERM", leave);
if (options.stdin) createInterface({ input: process.stdin }).on("line", publish);
await Promise.all(addresses.map(meet));
await node.stop();
process.stdin.unref?.();

// Circuit relay v2 by js-libp2p, to be held against ours.
//
// Usage: node relay.mjs relay           relays for others
//        node relay.mjs called RELAY    is reached through a relay, and answers with what it is sent
//        node relay.mjs call ADDR SIZE  sends so many bytes to an address, and counts what comes back
// Prints one JSON object a line.

import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { circuitRelayServer, circuitRelayTransport } from "@libp2p/circuit-relay-v2";
import { identify } from "@libp2p/identify";
import { tcp } from "@libp2p/tcp";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";

import "./lib/link.mjs"; // what Node lacks before version 22
import { print } from "./lib/printer.mjs";

const ECHO = "/test/echo/1";
const OVER_RELAYS = { runOnLimitedConnection: true };

const [role, address, size] = process.argv.slice(2);
const listen = { relay: ["/ip4/127.0.0.1/tcp/0"], called: [`${address}/p2p-circuit`], call: [] }[role];
const node = await createLibp2p({
  addresses: { listen },
  transports: [tcp(), circuitRelayTransport()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionGater: { denyDialMultiaddr: () => false }, // else none of 127.0.0.1
  services: { identify: identify(), ...(role === "relay" ? { relay: circuitRelayServer() } : {}) },
});
await node.handle(ECHO, ({ stream }) => void stream.sink(stream.source).catch(() => {}), OVER_RELAYS);

/** The first own address that a test accepts. */
async function ownAddress(accept) {
  for (;;) {
    const found = node.getMultiaddrs().map(String).find(accept);
    if (found) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** How many of so many bytes came back, and whether the stream ended in good order. */
async function ask(count) {
  let back = 0;
  try {
    const stream = await node.dialProtocol(multiaddr(address), ECHO, OVER_RELAYS);
    const sent = stream.sink([new Uint8Array(count)]);
    for await (const part of stream.source) back += part.byteLength;
    await sent;
    return { back, whole: back === count };
  } catch (error) {
    return { back, whole: false, error: String(error.message) };
  }
}

if (role === "call") {
  print("answered", await ask(Number(size)));
  await node.stop();
} else {
  const isOwn = role === "relay" ? () => true : (text) => text.includes("/p2p-circuit");
  print("ready", { peer: node.peerId.toString(), address: await ownAddress(isOwn) });
  process.on("SIGTERM", () => node.stop().then(() => process.exit(0)));
}

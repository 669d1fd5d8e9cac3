// AutoNAT v2 by js-libp2p, to be held against ours.
//
// Usage: node autonat.mjs LISTEN         dials back for others who ask
//        node autonat.mjs LISTEN SERVER  asks a server whether LISTEN, an address, is reached
// Prints one JSON object a line: the own addresses, then those that are proven whenever they change.

import { autoNATv2 } from "@libp2p/autonat-v2";
import { identify } from "@libp2p/identify";
import { tcp } from "@libp2p/tcp";
import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";

// Packages below libp2p call this; Node has it from version 22 on.
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

const [listen, server] = process.argv.slice(2);
const print = (fields) => console.log(JSON.stringify(fields));
const node = await createLibp2p({
  addresses: { listen: [listen] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: { identify: identify(), autonat: autoNATv2() },
});
node.addEventListener("self:peer:update", () => print({ proven: node.getMultiaddrs().map(String) }));
print({ peer_id: node.peerId.toString(), addrs: node.getMultiaddrs().map(String) });
if (server) await node.dial(multiaddr(server));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

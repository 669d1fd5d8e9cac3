// Identify by js-libp2p, to be held against ours.
//
// Usage: node identify.mjs ADDRESS   dials, and says what it was told of the other side
// Prints one JSON object a line: "listening" with the own id and addresses, then "told".

import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { identify } from "@libp2p/identify";
import { tcp } from "@libp2p/tcp";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";

import "./lib/link.mjs"; // what Node lacks before version 22
import { print } from "./lib/printer.mjs";

const node = await createLibp2p({
  addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionGater: { denyDialMultiaddr: () => false }, // else none of 127.0.0.1
  services: { identify: identify() },
});

node.addEventListener("peer:identify", async ({ detail }) => {
  const kept = await node.peerStore.get(detail.peerId);
  print("told", {
    peer: detail.peerId.toString(),
    addresses: detail.listenAddrs.map(String),
    protocols: detail.protocols,
    observed: detail.observedAddr?.toString(),
    agent: detail.agentVersion,
    version: detail.protocolVersion,
    kept: kept.protocols, // what fills its tables
  });
});

print("listening", { id: node.peerId.toString(), addresses: node.getMultiaddrs().map(String) });
if (process.argv[2]) await node.dial(multiaddr(process.argv[2]));

// Local discovery by js-libp2p, to be held against ours.
//
// Usage: node mdns.mjs LISTEN
// Prints one JSON object a line: the own addresses, then each peer that is discovered by what it says
// of itself, and each that connects.

import { mdns } from "@libp2p/mdns";
import { identify } from "@libp2p/identify";
import { tcp } from "@libp2p/tcp";
import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { createLibp2p } from "libp2p";

// Packages below libp2p call this; Node has it from version 22 on.
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

const print = (fields) => console.log(JSON.stringify(fields));
const discovery = (components) => {
  const made = mdns({ interval: 2000 })(components);
  made.addEventListener("peer", ({ detail }) =>
    print({ discovered: detail.id.toString(), addrs: detail.multiaddrs.map(String) }),
  );
  return made;
};
const node = await createLibp2p({
  addresses: { listen: [process.argv[2]] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: { identify: identify() },
  peerDiscovery: [discovery],
});
print({ peer_id: node.peerId.toString(), addrs: node.getMultiaddrs().map(String) });
node.addEventListener("peer:connect", (event) => print({ connected: event.detail.toString() }));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

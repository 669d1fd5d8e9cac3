// The distributed hash table by js-libp2p, to be held against ours.
//
// Usage: node kad.mjs [client]
// Serves `/ipfs/kad/1.0.0`, or with `client` asks only. Prints one JSON object a line: the own
// addresses, then an answer for each line of JSON on standard input: {"do": name, ...}.

import readline from "node:readline";

import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { identify } from "@libp2p/identify";
import { kadDHT, passthroughMapper } from "@libp2p/kad-dht";
import { ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";

// Packages below libp2p call this; Node has it from version 22 on.
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

const RAW = 0x55; // multicodec, of content ids that are only keys here
const print = (fields) => console.log(JSON.stringify(fields));
const node = await createLibp2p({
  addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionGater: { denyDialMultiaddr: () => false }, // else none of 127.0.0.1
  services: {
    identify: identify(),
    ping: ping(),
    dht: kadDHT({
      protocol: "/ipfs/kad/1.0.0",
      clientMode: process.argv[2] === "client",
      peerInfoMapper: passthroughMapper,
      allowQueryWithZeroPeers: true,
      initialQuerySelfInterval: 1000,
    }),
  },
});

const keyOf = (hex) => CID.createV1(RAW, Digest.decode(Uint8Array.from(Buffer.from(hex, "hex"))));

const ACTIONS = {
  dial: async ({ address }) => ({ remote: String((await node.dial(multiaddr(address))).remoteAddr) }),
  provide: async ({ key }) => {
    let places = 0;
    for await (const event of node.services.dht.provide(keyOf(key))) {
      if (event.name === "PEER_RESPONSE" && event.messageName === "ADD_PROVIDER") places += 1;
    }
    return { places };
  },
  providers: async ({ key }) => {
    const found = [];
    for await (const event of node.services.dht.findProviders(keyOf(key))) {
      for (const peer of event.name === "PROVIDER" ? event.providers : []) {
        found.push([peer.id.toString(), peer.multiaddrs.map(String)]);
      }
    }
    return { found };
  },
  table: async () => ({ size: node.services.dht.routingTable.size }),
};

print({ peer_id: node.peerId.toString(), addrs: node.getMultiaddrs().map(String) });
for await (const line of readline.createInterface({ input: process.stdin })) {
  const { do: name, ...fields } = JSON.parse(line);
  try {
    print(await ACTIONS[name](fields));
  } catch (error) {
    print({ error: String(error?.message ?? error) });
  }
}
process.exit(0);

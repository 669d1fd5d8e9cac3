// Section 8: libp2p over TCP with Noise and Yamux, and frames on one stream.

import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { tcp } from "@libp2p/tcp";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";

import { concat } from "./bytes.mjs";
import { readFrame, readLength } from "./frames.mjs";

const PROTOCOL = "/sayso/sync/1";
const CLOSE_MS = 1000;

// Packages below libp2p call this when a peer hangs up; Node has it from version 22 on.
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

/** A libp2p node with a new Ed25519 identity, which listens nowhere. */
export const startNode = () =>
  createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  });

/** Dial a node and open the one stream; gives a `Link`. */
export async function dial(node, address) {
  const stream = await node.dialProtocol(multiaddr(address), PROTOCOL);
  return new Link(stream, address);
}

/** Frames out and in, over one stream. */
export class Link {
  constructor(stream, address) {
    this.stream = stream;
    this.address = address;
    this.queue = new Queue();
    this.lost = null; // the error that ended the stream, if one did
    this.sent = stream.sink(this.queue).catch((error) => this.stream.abort(error));
  }

  send(frame) {
    this.queue.push(frame);
  }

  /** The frames that come in, one after the other; ends with the stream. */
  async *frames() {
    let bytes = new Uint8Array();
    for await (const chunk of this.chunks()) {
      bytes = concat(bytes, chunk.subarray());
      for (;;) {
        if (bytes.length < 4) break;
        const length = readLength(bytes.subarray(0, 4));
        if (bytes.length < 4 + length) break;
        yield readFrame(bytes.subarray(4, 4 + length));
        bytes = bytes.subarray(4 + length);
      }
    }
  }

  /** What comes in, until the peer ends the stream or resets it. */
  async *chunks() {
    try {
      yield* this.stream.source;
    } catch (error) {
      this.lost = error;
    }
  }

  /** Send what is queued, then close the stream; where the peer has gone, give up soon. */
  async close() {
    this.queue.end();
    const signal = AbortSignal.timeout(CLOSE_MS);
    const patience = new Promise((resolve) => signal.addEventListener("abort", resolve));
    await Promise.race([this.sent, patience]);
    await this.stream.close({ signal }).catch((error) => this.stream.abort(error));
  }
}

/** What is pushed, as an async iterable that a reader can leave while it waits. */
class Queue {
  constructor() {
    this.items = [];
    this.ended = false;
    this.wake = () => {};
  }

  push(item) {
    if (!this.ended) this.items.push(item);
    this.wake();
  }

  end() {
    this.ended = true;
    this.wake();
  }

  async next() {
    while (!this.items.length && !this.ended) {
      await new Promise((resolve) => (this.wake = resolve));
    }
    return this.items.length ? { value: this.items.shift(), done: false } : { done: true };
  }

  /** The reader has left, for example since the connection has gone. */
  async return() {
    this.items = [];
    this.end();
    return { done: true };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

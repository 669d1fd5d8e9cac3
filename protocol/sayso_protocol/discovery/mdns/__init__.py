"""Nodes on the local network: multicast DNS (RFC 6762) as libp2p uses it, without sockets."""

"""Circuit relay v2: peers that cannot be called are reached through one that can.

Source: https://github.com/libp2p/specs/blob/master/relay/circuit-v2.md. Who cannot be called
*reserves* a place at a relay, over a connection that it began itself and keeps. Who wants to reach
it asks the relay to *connect*; the relay tells the other side, and from then on passes bytes, of
which it can read nothing: the two make a connection of their own on them.
"""

"""The simulator: real protocol, gossip and storage code over virtual time.

Nodes, links and faults come from a scenario and a seed; the same two give the same run,
event for event. What must always hold is checked all along. See docs/simulator.md.
"""

"""Reachability: whether others can connect to this node, how, and what its owner can do about it.

`status` is how other parts of a node ask; `observations` guesses what the router does;
`reachability` puts together all that is known; `words` says it.
"""

from .status import Assessment, Evidence, ReachabilityStatus, ReachState

__all__ = ["Assessment", "Evidence", "ReachState", "ReachabilityStatus"]

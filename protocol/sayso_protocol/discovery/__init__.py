"""How nodes find and reach each other: addresses, candidates, and a state machine for each way."""

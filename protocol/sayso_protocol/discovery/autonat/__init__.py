"""AutoNAT v2: other nodes dial this one, so that it learns whether strangers can; and it does so
for others.

In reading order: `messages` (the wire), `dial_verdicts` (whom to ask, and what to believe),
`dial_allowance` (what is done for those who ask), `limits`.
"""

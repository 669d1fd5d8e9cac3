"""Finds accounts that act in step more often than chance explains, from entries alone.

`detector` takes in one observation after another and gives findings when asked; what it
notices of a post is `features`, near-copies are found by `near_duplicates` from the `pieces` of
texts, coincidences are weighed in `significance` and kept in `pairs`; `scores` and then
`bystanders` say for which accounts they count, and `findings` makes groups of these.
docs/decisions/0012-coordination.md says why it is built so, what it misses and whom it wrongs.
"""

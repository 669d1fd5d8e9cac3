"""What two people write to each other while one of them is off for days."""

from __future__ import annotations

from .mailbox_world import World


def test_who_was_off_for_days_is_understood_as_soon_as_he_is_back() -> None:
    world = World(21)
    ann, ben = (world.home(world.person()) for _ in range(2))
    world.friends()
    for one, other in ((ann, ben), (ben, ann)):  # the calls cross, so there are two pair secrets
        one.write(other.account, "hello")
    world.days(1)
    ben.is_on = False
    for day in range(14):
        ann.write(ben.account, f"day {day}")
        world.days(1)
    ben.is_on = True
    names = [ben.write(ann.account, "I was away"), ann.write(ben.account, "welcome back")]
    world.days(1)
    assert names[0] in ann.ids()
    assert names[1] in ben.ids()
    world.days(8)
    assert len(ben.ids()) == 16

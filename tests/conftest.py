"""What every test shares."""

from hypothesis import settings

# The same examples in every run: a failure seen anywhere is seen everywhere.
settings.register_profile("sayso", derandomize=True, deadline=None)
settings.load_profile("sayso")

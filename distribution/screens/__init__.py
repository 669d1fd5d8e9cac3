"""The pictures of the command line in README and docs: `python3 dev.py screens` makes them anew.

Real commands run at a pseudo-terminal in homes that `scene` fills, with a clock and a chance that
stand still; `terminal_svg` draws what the terminal was sent.
"""

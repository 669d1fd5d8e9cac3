"""Twitter/X exports, in the layouts of 2013, 2020 and 2024."""

"""Mutation tests of the trusted core: see docs/decisions/0010-mutation.md."""

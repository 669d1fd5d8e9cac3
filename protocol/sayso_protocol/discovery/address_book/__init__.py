"""The address book: where peers can be dialled, who told it, and what came of it.

After Bitcoin Core's addrman (`src/addrman.h`, `src/addrman_impl.h`): what strangers say may reach
only a few places, which places those are nobody outside knows, and what was dialled with success
gives way to nothing that was not.
"""

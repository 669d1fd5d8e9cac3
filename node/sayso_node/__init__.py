"""The running node and the local operations."""

__all__ = ["SOFTWARE", "VERSION"]


def __getattr__(name: str) -> str:
    # It is slow to import, and reads files: only who asks pays.
    from importlib.metadata import version

    if name == "VERSION":
        return version("sayso")
    if name == "SOFTWARE":
        return f"sayso/{version('sayso')}"
    raise AttributeError(name)

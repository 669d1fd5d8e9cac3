"""The running node and the local operations."""

__all__ = ["SOFTWARE", "VERSION"]


def __getattr__(name: str) -> str:
    # It reads folders: only who asks pays.
    if name not in __all__:
        raise AttributeError(name)
    from .installed import version_of

    version = version_of("sayso")
    return version if name == "VERSION" else f"sayso/{version}"

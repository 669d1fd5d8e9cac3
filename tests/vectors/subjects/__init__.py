"""One module a file of vectors; `make()` gives its cases."""

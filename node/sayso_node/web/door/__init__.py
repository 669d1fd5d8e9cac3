"""The door of the local server: who may come in, from where, and with what."""

"""The roles of a store, and the records that they speak in; `Store` is their sum."""

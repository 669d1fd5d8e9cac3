"""The file: connections and transactions, its layout, what SQLite says of it."""

"""The distributed hash table: messages, routing table, lookups, records, server and upkeep."""

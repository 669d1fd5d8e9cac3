"""How an app gets access: registration, the owner's consent, tokens (RFC 6749)."""

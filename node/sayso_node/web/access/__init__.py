"""Access of apps to the owner's account: who has it, and for what (RFC 6749, RFC 7636)."""

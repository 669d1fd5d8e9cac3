"""The whole store verified again from its bytes."""

"""Rankings: the language, the terms of a score, the owner's file of them."""

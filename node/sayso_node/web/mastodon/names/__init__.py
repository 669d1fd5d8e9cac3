"""How apps name things: ids, handles, addresses, and the text that holds them."""

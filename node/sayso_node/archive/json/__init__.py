"""Posts in JSON: values of known types, long lists, and the forms in which people have them."""

"""Letters: small sealed packets outside of feeds, and the boxes at carriers that hold them."""

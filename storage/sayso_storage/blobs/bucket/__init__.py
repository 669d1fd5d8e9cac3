"""Blobs in a bucket of an S3-compatible store, for hubs; what is on its way lies in a directory."""

"""Blobs in files: one for each, named by its hash."""

from .blob_directory import BlobDirectory as BlobDirectory

"""The files of an archive, whatever holds them: a zip, a tar or a directory."""

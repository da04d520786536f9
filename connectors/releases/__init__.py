"""What connectors share whose figures are files of a release: which edition, which file, and how it is read."""

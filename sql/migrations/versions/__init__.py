"""One file per version, never changed once it is released."""

"""Workbooks: what is in the file is looked through before the library loads it, since the library trusts it."""

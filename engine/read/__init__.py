"""Readers: an answer's bytes to tables of text, and what must be true of their columns."""

"""The conductor: the only room that calls the others, and the only one that knows the order of things."""

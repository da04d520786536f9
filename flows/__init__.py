"""Prefect's flows: one for each sub-domain, and one that runs them all. They need the extra ``yhovi[prefect]``.

Like the command line it looks at the world: at the clock, the environment and Prefect's blocks.
"""

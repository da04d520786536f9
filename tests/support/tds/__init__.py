"""A server that speaks SQL Server's protocol (TDS 7.4) and keeps what it is sent; it executes nothing.

It runs in a process of its own: drivers hold Python's lock while they wait for a server.
"""

from .driver import find_driver
from .stub import Entry, Stub, Value

__all__ = ["Entry", "Stub", "Value", "find_driver"]

"""Asks the databases that the settings name: one SELECT at a time, whose rows become a table in CSV.

Nothing is ever written there. A question is read for what it is before it is sent (:mod:`..statements`), the session
is told to change nothing where the database can be told so, and no transaction is ever committed. Whatever is reported
names a database as the settings call it: no address, no account and no password.
"""

from .asking import Databases

__all__ = ["Databases"]

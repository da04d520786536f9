"""Microsoft's own T-SQL parser and schema compiler, and what neither of them notices; no server is needed.

Both come with the wheel of ``mssql-cli`` and run in a process of their own, because .NET takes over signals.
"""

from .judges import Model, Parser
from .presence import MissingError, find_icu, find_openssl, find_parser

__all__ = ["MissingError", "Model", "Parser", "find_icu", "find_openssl", "find_parser"]

"""Microsoft's ODBC driver 18, which a wheel carries."""

from __future__ import annotations

import ctypes
import importlib
from pathlib import Path

from support.tsql.presence import MissingError, find_package, require_linux


def find_driver() -> Path:
    """The driver's file, for ``DRIVER={..}``.

    Raises:
        MissingError: It, pyodbc, or a library that it needs, isn't installed.
    """
    require_linux()
    for name in ("pyodbc", "mssql_python_odbc"):
        if not find_package(name):
            raise MissingError(f"Microsoft's ODBC driver isn't installed: {name} is missing.")
    try:
        importlib.import_module("pyodbc")
    except ImportError as error:
        raise MissingError(
            f"pyodbc can't be loaded: {error}. On Debian and Ubuntu, libodbc2 is what it needs."
        ) from error
    folder = find_package("mssql_python_odbc")
    assert folder is not None
    return _loadable(sorted(folder.glob("libs/linux/*/x86_64/lib/libmsodbcsql-18*.so*")))


def _loadable(files: list[Path]) -> Path:
    """The first of the builds for several systems that this one can load."""
    said = "its file is missing"
    for file in files:
        try:
            ctypes.CDLL(str(file))
        except OSError as error:
            said = str(error)
        else:
            return file
    raise MissingError(f"Microsoft's ODBC driver can't be loaded: {said}.")

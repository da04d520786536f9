"""What of the rig is installed on this machine, said by name where it isn't."""

from __future__ import annotations

import importlib.util
import platform
import sys
from pathlib import Path

# Microsoft's tools in the wheel read versions of ICU from here.
_LIBRARIES = (Path("/usr/lib/x86_64-linux-gnu"), Path("/usr/lib64"), Path("/usr/lib"))


class MissingError(Exception):
    """A part of the rig isn't installed; the sentence says which, and a test that needs it is skipped with it."""


def find_parser() -> Path:
    """The folder of the .NET runtime with Microsoft's parser."""
    require_linux()
    if not find_package("pythonnet"):
        raise MissingError("Microsoft's parser isn't installed: pythonnet, which hosts it, is missing.")
    folder = find_package("mssqlcli") / "mssqltoolsservice" / "bin" if find_package("mssqlcli") else None
    if folder is None or not (folder / "libcoreclr.so").is_file():
        raise MissingError("Microsoft's parser isn't installed: the wheel of mssql-cli, which carries it, is missing.")
    return folder


def require_linux() -> None:
    """The rig's wheels are those for Linux on x86-64."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise MissingError(f"Microsoft's parser isn't installed on {sys.platform} {platform.machine()}.")


def find_openssl() -> Path:
    """The folder with OpenSSL 1.1, which the schema compiler loads and current systems no longer have."""
    package = find_package("psycopg2")
    folder = package.parent / "psycopg2_binary.libs" if package else None
    if folder is None or not list(folder.glob("libssl-*.so.1.1")):
        raise MissingError("Microsoft's schema compiler can't run: OpenSSL 1.1 (in psycopg2-binary 2.9.5) is missing.")
    return folder


def find_icu() -> str:
    """The version of ICU, which the schema compiler needs for its collations."""
    files = [file for folder in _LIBRARIES for file in folder.glob("libicuuc.so.*.*")]
    if not files:
        raise MissingError("Microsoft's schema compiler can't run: ICU (libicu) is missing.")
    return files[0].name.removeprefix("libicuuc.so.")


def find_package(name: str) -> Path | None:
    """The folder of an installed package, which isn't imported for it."""
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent if found is not None and found.origin else None

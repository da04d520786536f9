"""Starts the .NET runtime that lies in the wheel of mssql-cli, inside this process, and hands it to pythonnet."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_ENTRY = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


def start(folder: Path, *, invariant: bool) -> Callable[[str], Any]:
    """Start the runtime; return what loads one of its assemblies by name.

    Args:
        folder: Where the runtime and the assemblies lie.
        invariant: Whether it does without ICU. The parser can, the schema compiler can't.
    """
    import clr_loader
    import pythonnet

    info = clr_loader.RuntimeInfo("coreclr", "2.2", True, False, {})
    bridge = Path(pythonnet.__file__).parent / "runtime" / "Python.Runtime.dll"
    pythonnet.set_runtime(_Runtime(folder, bridge, info, invariant))
    pythonnet.load()
    import clr

    load: Callable[[str], Any] = clr.AddReference
    return load


class _Runtime:
    """A runtime as pythonnet expects one: it finds functions in the assembly that bridges to Python."""

    def __init__(self, folder: Path, bridge: Path, info: Any, invariant: bool) -> None:
        self._info = info
        self._core = ctypes.CDLL(str(folder / "libcoreclr.so"))
        self._host, self._domain = ctypes.c_void_p(), ctypes.c_uint()
        self._initialize(_properties(folder, bridge, invariant))

    def _initialize(self, properties: Mapping[str, str]) -> None:
        array = ctypes.c_char_p * len(properties)
        names, values = array(*map(str.encode, properties)), array(*map(str.encode, properties.values()))
        host, domain = ctypes.byref(self._host), ctypes.byref(self._domain)
        program = sys.executable.encode()
        code = self._core.coreclr_initialize(program, b"tsql", len(properties), names, values, host, domain)
        if code:
            raise OSError(f"The .NET runtime of mssql-cli doesn't start: {code & 0xFFFFFFFF:#x}.")

    def get_assembly(self, _path: str) -> _Runtime:
        """The bridge is the one assembly that is asked for."""
        return self

    def get_function(self, name: str, *_: object) -> Callable[[bytes], int]:
        """A function of the bridge, that takes bytes."""
        kind, _dot, method = name.rpartition(".")
        place = ctypes.c_void_p()
        code = self._core.coreclr_create_delegate(
            self._host, self._domain, b"Python.Runtime", kind.encode(), method.encode(), ctypes.byref(place)
        )
        if code or place.value is None:
            raise OSError(f"The .NET runtime doesn't find {name}: {code & 0xFFFFFFFF:#x}.")
        entry = _ENTRY(place.value)

        def call(given: bytes) -> int:
            buffer = ctypes.create_string_buffer(given, len(given))
            return int(entry(ctypes.addressof(buffer), len(given)))

        return call

    def shutdown(self) -> None:
        """The runtime ends with its process."""

    def info(self) -> Any:
        """What pythonnet says about its runtime."""
        return self._info


def _properties(folder: Path, bridge: Path, invariant: bool) -> dict[str, str]:
    return {
        "TRUSTED_PLATFORM_ASSEMBLIES": ":".join([*map(str, folder.glob("*.dll")), str(bridge)]),
        "APP_PATHS": str(folder),
        "NATIVE_DLL_SEARCH_DIRECTORIES": str(folder),
        "System.Globalization.Invariant": str(invariant).lower(),
    }

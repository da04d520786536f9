"""Adds notices to a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .channels import NoticeError, NoticeFile
from .message import Notice
from .shapes import described


def add_notice(file: NoticeFile, notice: Notice, at: str) -> None:
    """Add a notice to its file.

    Raises:
        NoticeError: The file can't be written.
    """
    if file.format == "json":
        add_lines(file.path, [described(notice)])
    else:
        _add(file.path, f"{at} {notice.subject}\n\n{notice.text}\n\n\n")


def add_lines(path: Path, values: Sequence[Mapping[str, Any]]) -> None:
    """Add values to a file, each as a line of JSON.

    Raises:
        NoticeError: The file can't be written.
    """
    _add(path, "".join(f"{json.dumps(value, ensure_ascii=False, default=str)}\n" for value in values))


def _add(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise NoticeError(f"the file can't be written: {error.strerror or error}", passing=True) from None

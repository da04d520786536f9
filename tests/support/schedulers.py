"""What schedulers make of the files that are written for them: command lines taken apart as each does it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class CronLine:
    """A line of a crontab as cron takes it."""

    fields: tuple[str, ...]
    command: str
    input: str


def crontab_lines(text: str) -> Iterator[CronLine]:
    """The jobs of a crontab: of a bare % the rest is the command's input, one after a backslash is a percent sign."""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#") or re.match(r"[A-Z_]+ *=", line):
            continue
        *fields, command = line.split(maxsplit=5)
        head, *rest = re.split(r"(?<!\\)%", command)
        yield CronLine(tuple(fields), head.replace("\\%", "%"), "\n".join(rest))


def windows_arguments(text: str) -> list[str]:
    """The arguments of a command line, as C programs on Windows take it apart."""
    found: list[str] = []
    for word in re.findall(r'(?:[^ \t"]|"(?:\\.|[^"\\])*")+', text):
        bare, quoted, slashes = "", False, 0
        for character in word:
            if character == "\\":
                slashes += 1
                continue
            if character == '"':
                bare += "\\" * (slashes // 2)
                if slashes % 2:
                    bare += '"'
                else:
                    quoted = not quoted
            else:
                bare += "\\" * slashes + character
            slashes = 0
        found.append(bare + "\\" * slashes)
    return found


def systemd_words(said: str) -> list[str]:
    """The words of ``ExecStart=``: quotes and backslashes, then %% and $$."""
    words = re.findall(r'"((?:\\.|[^"\\])*)"|(\S+)', said)
    return [
        re.sub(r"\\(.)", r"\1", quoted).replace("$$", "$").replace("%%", "%") if quoted or not bare else bare
        for quoted, bare in words
    ]

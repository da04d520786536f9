"""What can go wrong before there is a status, told apart by what the network libraries raise."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import requests
from urllib3 import exceptions as urllib3

from .decision import Outcome

NETWORK_ERRORS = (requests.RequestException, urllib3.HTTPError, OSError)
"""Whatever the network libraries raise."""


class FaultError(Exception):
    """Ends an attempt before there is an answer. ``kind`` is a key of ``sentences.SENTENCES``."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail


# The first that fits anything in the chain of causes; a narrow class stands before the wider one it belongs to.
_DIAGNOSES: tuple[tuple[str, tuple[type[Exception], ...]], ...] = (
    # two lengths, for one; requests calls it by the name that it has for a header that can't be sent
    ("reset", (urllib3.InvalidHeader,)),
    ("proxy", (requests.exceptions.ProxyError, requests.exceptions.InvalidProxyURL, urllib3.ProxyError)),
    ("malformed", (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader, urllib3.LocationValueError)),
    ("certificate", (ssl.SSLCertVerificationError,)),
    ("dns", (urllib3.NameResolutionError,)),
    ("refused", (ConnectionRefusedError,)),
    ("unreachable", (urllib3.NewConnectionError,)),
    ("connect_timeout", (urllib3.ConnectTimeoutError,)),
    ("read_timeout", (urllib3.ReadTimeoutError, TimeoutError)),
    ("reset", (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError, urllib3.ProtocolError)),
    ("tls", (ssl.SSLError,)),
)


def diagnose(error: Exception) -> Outcome:
    """The fault that an error stands for. Its own text is not passed on: it says nothing to an operator."""
    causes = tuple(_causes(error))
    for kind, types in _DIAGNOSES:
        for cause in causes:
            if isinstance(cause, types):
                return Outcome(fault=kind, detail=_detail(cause))
    # only a bundle of certificates that isn't there is reported as a plain error of the operating system
    return Outcome(fault="reset" if isinstance(error, requests.RequestException | urllib3.HTTPError) else "bundle")


def _causes(error: object) -> Iterator[BaseException]:
    """The error and all that it wraps: the libraries put that into ``reason``, ``args`` or the cause."""
    if not isinstance(error, BaseException):
        return
    yield error
    for wrapped in (getattr(error, "reason", None), *error.args, error.__cause__):
        yield from _causes(wrapped)


def _detail(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    reason = getattr(error, "reason", None) if isinstance(error, ssl.SSLError) else None
    return str(reason or "").lower().replace("_", " ")

"""Which addresses may be asked, where a mirror stands in for one, and where a redirect may lead."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import unquote_plus, urljoin, urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from ...connectors.base import Request
from .faults import FaultError
from .redaction import redact, without_query

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SEE_OTHER = 303
_PORTS: Mapping[str, int] = MappingProxyType({"http": 80, "https": 443})


@dataclass(frozen=True, slots=True)
class Hop:
    """One address on the way to an answer: the publisher's URL, and the one that is asked (a mirror's, perhaps).

    ``with_secret`` says whether the request's secret goes along.
    """

    url: str
    sent: str
    method: str
    body: str | None
    with_secret: bool

    @property
    def host(self) -> str:
        """The publisher's host, with its port if that isn't the scheme's own."""
        return netloc(self.url)


class Gate:
    """Knows the allowed hosts and the mirrors.

    Args:
        hosts: ``host``, on its scheme's own port, or ``host:port``.
        mirrors: Beginnings of URLs and what is asked in their place; a mirror's host is allowed too.
    """

    def __init__(self, hosts: Iterable[str], mirrors: Mapping[str, str]) -> None:
        pairs = [(published.rstrip("/"), mirror.rstrip("/")) for published, mirror in mirrors.items()]
        self._to_mirror = sorted(pairs, key=_length, reverse=True)
        self._to_publisher = sorted(((mirror, published) for published, mirror in pairs), key=_length, reverse=True)
        self._allowed = {host.lower() for host in hosts} | {urlsplit(mirror).netloc.lower() for _, mirror in pairs}

    def first(self, request: Request) -> Hop:
        """Where a request starts.

        Raises:
            FaultError: That address may not be asked.
        """
        url = request.address
        objection = self._objection(url)
        if objection:
            raise FaultError(objection, ", ".join(sorted(self._allowed)) or "none")
        return Hop(url, _swap(url, self._to_mirror), request.method, request.body, with_secret=True)

    def redirected(self, hop: Hop, status: int, location: str, request: Request, value: str) -> Hop:
        """Where a redirect leads. A secret stays with the scheme, host and port it was meant for.

        Its value, if the source repeats it in some other place, is blotted out: addresses are logged.

        Raises:
            FaultError: It leads nowhere, or where it may not be followed to.
        """
        if not location:
            raise FaultError("redirect_nowhere")
        target = self._target(hop, location, request)
        at_home = hop.with_secret and _origin(target.sent) == _origin(hop.sent)
        target = replace(target, url=redact(target.url, value), sent=redact(target.sent, value), with_secret=at_home)
        # what a source shows in place of a form's result is fetched without sending the form again
        return replace(target, method="GET", body=None) if status == _SEE_OTHER else target

    def _target(self, hop: Hop, location: str, request: Request) -> Hop:
        # headers are read as Latin-1, whatever they were written in
        said = urljoin(hop.sent, location.encode("latin-1", "replace").decode("utf-8", "replace"))
        url = _swap(_without_secret(said, request), self._to_publisher)
        sent = _swap(url, self._to_mirror)
        if self._objection(url):
            raise FaultError("redirect_foreign", without_query(url))
        if hop.sent.startswith("https:") and not sent.startswith("https:"):
            raise FaultError("redirect_plain", without_query(url))
        return replace(hop, url=url, sent=sent)

    def _objection(self, url: str) -> str:
        """The kind of trouble that asking this address would be; empty if none."""
        parsed = _parsed(url)
        usual_port = _PORTS.get(parsed.scheme or "") if parsed else None
        if not (parsed and parsed.host and usual_port) or parsed.auth:
            return "malformed"
        if {netloc(url), f"{parsed.host}:{parsed.port or usual_port}"} & self._allowed:
            return ""
        return "private" if _is_private(parsed.host) else "foreign"


def netloc(url: str) -> str:
    """The host of a URL, with its port if that isn't the scheme's own; empty if the URL is malformed."""
    parsed = _parsed(url)
    if not parsed or not parsed.host:
        return ""
    usual = parsed.port in (None, _PORTS.get(parsed.scheme or ""))
    return parsed.host if usual else f"{parsed.host}:{parsed.port}"


def _parsed(url: str) -> Url | None:
    # where programs disagree on how an address is to be read, one of them may be led to another host
    if re.search(r"[\x00-\x1f\x7f\\]", url):
        return None
    try:
        return parse_url(url)
    except LocationParseError:
        return None


def _origin(url: str) -> tuple[str, str]:
    return url.partition(":")[0].lower(), netloc(url)


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _length(pair: tuple[str, str]) -> int:
    return len(pair[0])


def _swap(url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The URL with the longest known beginning exchanged; a beginning ends where a part of the URL does."""
    for old, new in pairs:
        if url.startswith(old) and url[len(old) : len(old) + 1] in ("", "/", "?", "#"):
            return new + url[len(old) :]
    return url


def _without_secret(url: str, request: Request) -> str:
    """The URL less a secret that the source repeats in its query: it is put in again where it may go."""
    if request.secret is None or request.secret.place != "parameter":
        return url
    start, mark, query = url.partition("?")
    kept = [part for part in query.split("&") if unquote_plus(part.partition("=")[0]) != request.secret.key]
    return start + mark + "&".join(kept) if any(kept) else start

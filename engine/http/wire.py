"""The connection: trusts the machine's own certificates, and puts a secret in as it writes the request.

Until then a secret travels under seal. The URLs that the libraries log, and the requests and errors that they hand
back, are thus free of it, whatever they choose to print.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import quote

import truststore
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from ...connectors.base import Secret

SEAL = "yhovi-seal"
"""The header under which a sealed secret travels as far as the connection, and no further."""

_HOSTS_AT_ONCE = 32


class Sealed(str):
    """A secret on its way to the wire: wherever it is printed it is ``***``."""

    _secret: Secret
    _value: str

    def __new__(cls, secret: Secret, value: str) -> Self:
        """The secret, and the value that is not to be seen."""
        sealed = super().__new__(cls, "***")
        sealed._secret, sealed._value = secret, value
        return sealed

    def into_url(self, url: str) -> str:
        """The URL with the value, if that is where it belongs."""
        if self._secret.place != "parameter":
            return url
        joint = "&" if "?" in url else "?"
        return f"{url}{joint}{quote(self._secret.key, safe='')}={quote(self._value, safe='')}"

    def as_header(self) -> dict[str, str]:
        """The header that holds the value, if that is where it belongs."""
        return {self._secret.key: self._value} if self._secret.place == "header" else {}


class SealedTarget(Sealed):
    """The path and query of an address that is a secret as a whole, on their way to the wire."""

    def __new__(cls, target: str) -> Self:
        """What stands behind the host in the address."""
        return super().__new__(cls, Secret("", "header", ""), target)

    def into_url(self, url: str) -> str:  # noqa: ARG002  (it takes the place of whatever was said)
        """The target itself."""
        return self._value

    def as_header(self) -> dict[str, str]:
        """No header: it belongs into the first line of the request."""
        return {}


class _Connection(HTTPConnection):
    """Breaks the seal of a secret as it writes the request."""

    _sealed: Sealed | None = None

    def request(
        self, method: str, url: str, body: Any = None, headers: Mapping[str, Any] | None = None, **options: Any
    ) -> None:
        plain = dict(headers or {})
        self._sealed = plain.pop(SEAL, None)
        super().request(method, url, body, plain | (self._sealed.as_header() if self._sealed else {}), **options)

    def putrequest(self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False) -> None:
        # `request` keeps its URL for the log, and writes what it is given here
        target = self._sealed.into_url(url) if self._sealed else url
        super().putrequest(method, target, skip_host, skip_accept_encoding)


class _TlsConnection(_Connection, HTTPSConnection):
    """The same, encrypted."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOLS: Mapping[str, type[HTTPConnectionPool]] = MappingProxyType({"http": _Pool, "https": _TlsPool})


class Adapter(HTTPAdapter):
    """What requests sends through, with this module's connections and the machine's own certificates."""

    def __init__(self) -> None:
        self._trust = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(pool_connections=_HOSTS_AT_ONCE, pool_maxsize=_HOSTS_AT_ONCE)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        """As inherited."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._trust, **options)
        self.poolmanager.pool_classes_by_scheme = dict(_POOLS)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """As inherited."""
        manager = super().proxy_manager_for(proxy, ssl_context=self._trust, **options)
        manager.pool_classes_by_scheme = dict(_POOLS)
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """As inherited, but for certifi's list, which would be trusted beside the machine's own."""
        if verify is not True:
            super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]

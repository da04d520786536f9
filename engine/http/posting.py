"""Posts a message to an address that may be a secret as a whole: it is told, logged and raised nowhere."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import requests
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from .faults import NETWORK_ERRORS, diagnose
from .sentences import PASSING
from .wire import SEAL, Adapter, SealedTarget

_SECONDS = (10.0, 20.0)
_TAKEN = range(200, 300)
_PASSING_STATUSES = frozenset({408, 425, 429, *range(500, 600)})
_LASTING: Mapping[str, str] = MappingProxyType(
    {
        "certificate": "the certificate of its host can't be trusted",
        "tls": "no encrypted connection came about",
        "bundle": "the file that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names can't be read",
        "malformed": "its address isn't well-formed",
    }
)


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of a message: ``trouble`` says in a clause why it wasn't taken, ``passing`` whether that may pass."""

    trouble: str = ""
    passing: bool = False


def post(url: str, body: Mapping[str, Any], agent: str, *, plain: bool = False, trust_env: bool = False) -> Posted:
    """Post JSON, once.

    Args:
        url: The address, which must be encrypted unless it is this machine's own. It may be a secret.
        body: What is said.
        agent: Who says it.
        plain: Whether the address may be unencrypted on other machines too.
        trust_env: Whether proxies and bundles of certificates that the environment names are used.
    """
    target = _target(url)
    if target is None:
        return Posted("its address isn't a well-formed https:// address without a user name")
    if target.scheme == "http" and not plain and not _is_here(target.host or ""):
        return Posted("its address isn't encrypted: it has to begin with https://")
    try:
        status = _status(target, body, agent, trust_env=trust_env)
    except NETWORK_ERRORS as error:
        fault = diagnose(error).fault
        trouble = PASSING.get(fault) or _LASTING.get(fault, "it can't be reached")
        return Posted(trouble, passing=fault in PASSING)
    return Posted() if status in _TAKEN else Posted(f"the answer was {status}", status in _PASSING_STATUSES)


def _status(target: Url, body: Mapping[str, Any], agent: str, *, trust_env: bool) -> int:
    origin = f"{target.scheme}://{target.netloc}/"
    headers = {"User-Agent": agent, "Content-Type": "application/json; charset=utf-8"}
    said = json.dumps(body, ensure_ascii=False, default=str).encode()
    prepared = requests.Request("POST", origin, headers=headers, data=said).prepare()
    prepared.headers[SEAL] = SealedTarget(target.request_uri)
    adapter = Adapter()
    try:
        with requests.Session() as session:
            session.trust_env = trust_env
            found = session.merge_environment_settings(origin, {}, stream=True, verify=None, cert=None)
        # a proxy wants the whole of an unencrypted address, which would show it
        proxies = found["proxies"] if target.scheme == "https" else {}
        verify = found["verify"] or True
        with adapter.send(prepared, stream=True, timeout=_SECONDS, verify=verify, proxies=proxies) as response:
            return response.status_code
    finally:
        adapter.close()


def _target(url: str) -> Url | None:
    """The parts of an address that something can be posted to."""
    try:
        parsed = parse_url(url.strip())
    except LocationParseError:
        return None
    return parsed if parsed.scheme in ("https", "http") and parsed.host and not parsed.auth else None


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"

"""What an operator reads when a source didn't answer: what happened, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_TRY_LATER = "Try again later; if it stays so, a proxy or firewall in between may be cutting answers off."
_CHECK_NETWORK = "Check this machine's network connection and proxy, and the spelling of the host."
_CHECK_FIREWALL = (
    "The source may be down, or a firewall in between: ask whoever looks after it whether {host} may be reached."
)
_CHECK_MOVE = "If the publisher has moved, correct the URL in the spec, or the hosts that the source is known to use."
_SET_VARIABLE = "Set the environment variable {secret}, or add it to the file .env, and run again."
_BROWSE = "Open the address in a browser to see what is there."

# What happened and what to do about it, by kind of trouble.
SENTENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "malformed": (
            "{address} can't be asked: it is not a well-formed https:// or http:// address without a user name.",
            "Correct the URL in the spec.",
        ),
        "private": (
            "{address} points into this machine or its own network, which no source may do.",
            "If it is meant, name {host} under `hosts` in the settings file.",
        ),
        "foreign": (
            "{host} is not one of the hosts that may be asked, so {address} was not.",
            "Correct the URL, or name the host under `hosts` in the settings file. Allowed now: {detail}.",
        ),
        "secret_missing": (
            "{address} needs the secret {secret}, which is not set, so it was not asked.",
            _SET_VARIABLE,
        ),
        "secret_unusable": (
            "The secret {secret} holds characters that no header may hold, so {address} was not asked.",
            "Copy its value into the environment variable {secret} again: plain letters, digits and signs on one line.",
        ),
        "lost": (
            "{host} could not be reached a moment ago, so {address} was not tried.",
            "Check this machine's network connection and proxy, and run again.",
        ),
        "spent": (
            "{host} takes no more requests until {detail}, so {address} was not asked.",
            "Run again after that time: a run waits no longer than {patience:g} seconds.",
        ),
        "dns": ("The name {host} could not be resolved, so {address} was not reached ({tries}).", _CHECK_NETWORK),
        "refused": ("{host} refused the connection, so {address} was not reached ({tries}).", _CHECK_FIREWALL),
        "unreachable": ("There is no way from here to {host}, so {address} was not reached ({tries}).", _CHECK_NETWORK),
        "connect_timeout": (
            "{host} did not take the connection in time, so {address} was not reached ({tries}).",
            _CHECK_FIREWALL,
        ),
        "proxy": (
            "The proxy on the way to {host} could not be used, so {address} was not reached ({tries}).",
            "Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY in the environment, and whether the proxy lets {host} through.",
        ),
        "bundle": (
            "The file that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names can't be read, so {address} was not asked.",
            "Correct the variable, or unset it so that the machine's own certificates are used.",
        ),
        "certificate": (
            "The certificate of {host} can't be trusted ({detail}), so {address} was not asked.",
            "If your network inspects encrypted traffic, have its certificate installed here; else tell the publisher.",
        ),
        "tls": (
            "No encrypted connection to {host} came about ({detail}), so {address} was not asked.",
            "Open the address in a browser on this machine: if that fails too, tell the publisher or your IT support.",
        ),
        "read_timeout": (
            "{host} did not answer {address} in time ({tries}).",
            "Try again later, ask for less at once, or raise `read_timeout` ({silence:g} seconds) in the settings.",
        ),
        "reset": ("{host} broke off before its answer to {address} was complete ({tries}).", _TRY_LATER),
        "truncated": ("The packed answer from {address} ends too early, and was not kept ({tries}).", _TRY_LATER),
        "damaged": ("The packed answer from {address} can't be unpacked, and was not kept ({tries}).", _TRY_LATER),
        "packing": (
            "The answer from {address} is packed as {detail}, which was not asked for and can't be unpacked.",
            "Tell the publisher, or whoever looks after the proxy: only gzip and deflate are taken.",
        ),
        "too_large": (
            "The answer from {address} is larger than the {detail} bytes that are allowed, and was not kept.",
            "Ask for less in one request: fewer areas, periods or columns.",
        ),
        "secret_repeated": (
            "The answer from {address} repeats the secret {secret}, and was not kept.",
            "Raw answers are archived as they come, so none may hold a key: ask for something else, and tell {host}.",
        ),
        "redirect_foreign": (
            "{address} redirects to {detail}, which may not be asked; it was not followed.",
            _CHECK_MOVE,
        ),
        "redirect_plain": (
            "{address} redirects from https to {detail}, which is not encrypted; it was not followed.",
            _CHECK_MOVE,
        ),
        "redirect_loop": (
            "{address} redirects again and again, at last to {detail}; no more was followed.",
            "Open the address in a browser: the source may ask for a sign-in now, or be under repair.",
        ),
        "redirect_nowhere": ("{address} redirects without saying where to.", _BROWSE),
        "secret_unset": (
            "{address} answered {status}{said}; it may need the secret {secret}, which is not set.",
            _SET_VARIABLE,
        ),
        "secret_refused": (
            "{host} did not accept the secret {secret}: {address} answered {status}{said}.",
            "Check the environment variable {secret}: its value may be mistyped, expired, or not meant for this data.",
        ),
        "forbidden": (
            "{address} answered {status}{said}.",
            "The source may block this machine, or ask for a key now: open the address in a browser.",
        ),
        "gone": (
            "{address} does not exist: the answer was {status}{said}.",
            "Check the query. If it is right, the data has moved or been withdrawn: look for its new address.",
        ),
        "throttled": (
            "{host} takes no more requests for now: {address} answered {status}{said} ({tries}).",
            "Run again later. If it stays so, other programs may be asking the same source from this network.",
        ),
        "later": (
            "{host} asks to be left alone until {until}: {address} answered {status}{said} ({tries}).",
            "Run again after that time: a run waits no longer than {patience:g} seconds.",
        ),
        "rejected": (
            "{address} was rejected: the answer was {status}{said}.",
            "The source does not accept the question itself, so asking again won't help: check the query.",
        ),
        "down": (
            "{host} failed to answer {address}: the answer was {status}{said} ({tries}).",
            "The fault is the source's. Try again later.",
        ),
        "odd": ("{address} gave an answer that can't be used: {status}{said}.", _BROWSE),
    }
)

# Troubles that may pass, as the log names them.
PASSING: Mapping[str, str] = MappingProxyType(
    {
        "dns": "the name could not be resolved",
        "refused": "the connection was refused",
        "unreachable": "there was no way to the host",
        "connect_timeout": "the connection was not taken in time",
        "proxy": "the proxy could not be used",
        "read_timeout": "no answer came in time",
        "reset": "the answer broke off",
        "truncated": "the packed answer ended too early",
        "damaged": "the packed answer could not be unpacked",
        "throttled": "the answer was {status}",
        "down": "the answer was {status}",
    }
)

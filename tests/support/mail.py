"""A mail server that keeps what it is given, and misbehaves when it is told to; and a certificate for it."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Letter:
    """A letter as it came: from whom, to whom by the envelope, who was logged in, and whether it came encrypted."""

    sender: str
    to: list[str]
    message: EmailMessage
    user: str
    encrypted: bool

    @property
    def text(self) -> str:
        """What it says."""
        return str(self.message.get_content())


@dataclass
class Manners:
    """How the server behaves.

    Attributes:
        certificate: With it the server offers STARTTLS, or with ``wrapped`` speaks TLS from the first byte.
        accounts: Users and their passwords; without any it offers no login.
        refused: Addresses that it takes nothing for.
        busy: To how many letters it says first that it has no time.
        answer: What it says to a letter in place of taking it.
        hangs_up: Whether it breaks off when a letter comes.
    """

    certificate: Path | None = None
    wrapped: bool = False
    accounts: dict[str, str] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    busy: int = 0
    answer: str = ""
    hangs_up: bool = False


class MailServer:
    """Listens on a port of this machine while the block lasts."""

    def __init__(self, **manners: object) -> None:
        self.manners = Manners(**manners)  # type: ignore[arg-type]
        self.letters: list[Letter] = []
        self.asked = 0
        outer = self

        class Handler(_Conversation):
            server_is = outer

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def tls(self) -> ssl.SSLContext:
        """Its side of an encrypted connection."""
        assert self.manners.certificate
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.manners.certificate)
        return context


class _Conversation(socketserver.StreamRequestHandler):
    server_is: MailServer

    def handle(self) -> None:
        self.user, self.sender, self.to, self.encrypted = "", "", [], False
        try:
            if self.server_is.manners.wrapped:
                self._encrypt()
            self._say("220 here")
            while (line := self.rfile.readline()) and self._answer(line.decode().strip()):
                pass
        except (OSError, ValueError):
            return

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            return
        finally:
            self.request.close()

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
        self.wfile.flush()

    def _answer(self, line: str) -> bool:
        verb = line.split(" ", maxsplit=1)[0].upper()
        answers: dict[str, Callable[[str], None]] = {
            "EHLO": self._greet,
            "STARTTLS": self._start_tls,
            "AUTH": self._log_in,
            "MAIL": self._from,
            "RCPT": self._to,
            "DATA": self._data,
        }
        if verb == "QUIT":
            self._say("221 bye")
            return False
        if verb == "DATA" and self.server_is.manners.hangs_up:
            self.server_is.asked += 1
            return False
        answers.get(verb, lambda _: self._say("250 well"))(line)
        return True

    def _greet(self, _: str) -> None:
        manners, offers = self.server_is.manners, ["250-here"]
        if manners.certificate and not self.encrypted:
            offers.append("250-STARTTLS")
        if manners.accounts:
            offers.append("250-AUTH PLAIN")
        self._say(*offers, "250 8BITMIME")

    def _start_tls(self, _: str) -> None:
        self._say("220 go on")
        self._encrypt()

    def _encrypt(self) -> None:
        self.request = self.server_is.tls().wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb")
        self.encrypted = True

    def _log_in(self, line: str) -> None:
        _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
        if self.server_is.manners.accounts.get(user) == password:
            self.user = user
            self._say("235 welcome")
        else:
            self._say(f"535 no {user} with {password} is known")

    def _from(self, line: str) -> None:
        self.sender = line[line.index("<") + 1 : line.index(">")]
        self._say("250 well")

    def _to(self, line: str) -> None:
        address = line[line.index("<") + 1 : line.index(">")]
        if address in self.server_is.manners.refused:
            self._say("550 nobody")
        else:
            self.to.append(address)
            self._say("250 well")

    def _data(self, _: str) -> None:
        server = self.server_is
        server.asked += 1
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if server.asked <= server.manners.busy:
            self._say("451 later")
        elif server.manners.answer:
            self._say(server.manners.answer)
        else:
            message = message_from_bytes(b"".join(lines), policy=policy.default)
            server.letters.append(Letter(self.sender, self.to, message, self.user, self.encrypted))
            self._say("250 taken")


def certificate(folder: Path) -> Path:
    """A certificate and its key for this machine, in one file, signed by nobody."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2120, 1, 1, tzinfo=UTC)).add_extension(names, critical=False)
    signed = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file = folder / "localhost.pem"
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(signed.sign(key, hashes.SHA256()).public_bytes(pem) + private)
    return file

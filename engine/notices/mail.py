"""Sends a notice by email."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from .channels import PASSWORD_VARIABLE, Email, NoticeError
from .message import Notice

_SECONDS = 20.0
_FIRST_LASTING = 500  # a mail server's codes below mean: later, perhaps


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a letter has of its own: when it was written, and an id that no other has."""

    at: datetime
    id: str


def letter(email: Email, notice: Notice, stamp: Stamp) -> EmailMessage:
    """The notice as a letter that no machine answers."""
    said = EmailMessage()
    said["Subject"] = notice.subject
    said["From"], said["To"] = email.sender, ", ".join(email.to)
    said["Date"], said["Message-ID"] = format_datetime(stamp.at), f"<{stamp.id}@{email.sender.rpartition('@')[2]}>"
    said["Auto-Submitted"] = "auto-generated"
    said.set_content(notice.text)
    return said


def send_mail(email: Email, notice: Notice, stamp: Stamp, password: str | None, seconds: float = _SECONDS) -> None:
    """Send a notice to all who are to have it.

    Raises:
        NoticeError: The server can't be reached, can't be trusted, or took it for none or only some of them.
    """
    if email.user and not password:
        raise NoticeError(f"the environment variable {PASSWORD_VARIABLE} isn't set", passing=False)
    try:
        with _connection(email, seconds) as server:
            if email.user:
                server.login(email.user, password or "")
            refused = server.send_message(letter(email, notice, stamp))
    except (OSError, UnicodeError) as error:  # smtplib's own errors are of the operating system's kind
        raise _explained(error, email) from None
    if refused:
        raise NoticeError(f"the mail server didn't take it for {', '.join(sorted(refused))}", passing=False)


def _connection(email: Email, seconds: float) -> smtplib.SMTP:
    """A connection, encrypted unless the settings say otherwise; never less encrypted than they say."""
    if email.security == "tls":
        return smtplib.SMTP_SSL(email.host, email.port, timeout=seconds, context=ssl.create_default_context())
    server = smtplib.SMTP(email.host, email.port, timeout=seconds)
    try:
        if email.security == "starttls":
            server.starttls(context=ssl.create_default_context())
    except BaseException:
        server.close()
        raise
    return server


def _explained(error: Exception, email: Email) -> NoticeError:
    """The error in a clause. What the server said isn't repeated: it may hold what it was sent."""
    why, passing = _why(error)
    return NoticeError(f"the mail server {email.host}:{email.port} {why}", passing=passing)


def _why(error: Exception) -> tuple[str, bool]:
    """What went wrong with the server, and whether that may pass."""
    match error:
        case ssl.SSLCertVerificationError():
            said = f"has a certificate that can't be trusted ({error.verify_message})", False
        case smtplib.SMTPNotSupportedError():
            said = "doesn't offer what the settings ask of it (security, user)", False
        case smtplib.SMTPAuthenticationError():
            said = f"didn't accept the user with {PASSWORD_VARIABLE}", False
        case smtplib.SMTPRecipientsRefused():
            said = f"takes no mail for {', '.join(sorted(error.recipients))}", False
        case smtplib.SMTPResponseException(smtp_code=code):
            said = f"refused the message with code {code}", code < _FIRST_LASTING
        case UnicodeError():
            said = "takes no such letters as are in the user or the password", False
        case _:
            said = "can't be reached, or broke off", True
    return said

"""Letters over a real socket: as encrypted as the settings say, and a clause for whatever goes wrong."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from yhovi.engine.notices.channels import Email, NoticeError
from yhovi.engine.notices.mail import Stamp, send_mail
from yhovi.engine.notices.message import Notice

from support.mail import MailServer, certificate

PASSWORD = "pa55-w0rd-Straße"
STAMP = Stamp(datetime(2026, 3, 1, 12, tzinfo=UTC), "0123abcd")
NOTICE = Notice("yhovi (local): 1 of 2 indicators failed", "Why:\n  £5 – too much\n.\n" + "x" * 1200, {})
TO = ("data@example.org", "ann@example.org")


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def _trusting(pem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))


def email(server: MailServer, security: Any = "none", user: str = "") -> Email:
    return Email("localhost", "yhovi@example.org", TO, security, server.port, user)


def refusal(server: MailServer, security: Any = "none", user: str = "", password: str | None = PASSWORD) -> Any:
    with pytest.raises(NoticeError) as caught:
        send_mail(email(server, security, user), NOTICE, STAMP, password)
    assert PASSWORD not in str(caught.value)
    return caught.value.why.replace(f"localhost:{server.port}", "HOST"), caught.value.passing


def test_a_letter_arrives_as_it_was_written() -> None:
    with MailServer() as server:
        send_mail(email(server), NOTICE, STAMP, None)
    (letter,) = server.letters
    assert (letter.sender, letter.to, letter.user, letter.encrypted) == ("yhovi@example.org", [*TO], "", False)
    said = {name: str(letter.message[name]) for name in ("Subject", "From", "To", "Date", "Message-ID")}
    assert said == {
        "Subject": "yhovi (local): 1 of 2 indicators failed",
        "From": "yhovi@example.org",
        "To": "data@example.org, ann@example.org",
        "Date": "Sun, 01 Mar 2026 12:00:00 +0000",
        "Message-ID": "<0123abcd@example.org>",
    }
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert letter.text.replace("\r\n", "\n") == f"{NOTICE.text}\n"


@pytest.mark.usefixtures("_trusting")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_password_goes_over_an_encrypted_line(pem: Path, security: Any) -> None:
    with MailServer(certificate=pem, wrapped=security == "tls", accounts={"yhovi": "0123456789"}) as server:
        send_mail(email(server, security, "yhovi"), NOTICE, STAMP, "0123456789")
    (letter,) = server.letters
    assert (letter.user, letter.encrypted) == ("yhovi", True)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_trusts_is_refused(pem: Path, security: Any) -> None:
    with MailServer(certificate=pem, wrapped=security == "tls", accounts={"yhovi": PASSWORD}) as server:
        why, passing = refusal(server, security, "yhovi")
    assert why.startswith("the mail server HOST has a certificate that can't be trusted (self")
    assert (passing, server.letters) == (False, [])


def test_nothing_is_sent_unencrypted_where_it_should_be() -> None:
    with MailServer(accounts={"yhovi": PASSWORD}) as server:
        said = refusal(server, "starttls", "yhovi")
    assert said == ("the mail server HOST doesn't offer what the settings ask of it (security, user)", False)
    assert server.letters == []


TROUBLES: list[tuple[dict[str, Any], str, str | None, str, bool]] = [
    ({"accounts": {"a": "b"}}, "yhovi", "wrong-pass", "didn't accept the user with YHOVI_SMTP_PASSWORD", False),
    ({"accounts": {"a": "b"}}, "yhovi", PASSWORD, "takes no such letters as are in the user or the password", False),
    ({}, "yhovi", "p", "doesn't offer what the settings ask of it (security, user)", False),
    ({"refused": TO}, "", None, "takes no mail for ann@example.org, data@example.org", False),
    ({"busy": 9}, "", None, "refused the message with code 451", True),
    ({"answer": "554 spam"}, "", None, "refused the message with code 554", False),
    ({"hangs_up": True}, "", None, "can't be reached, or broke off", True),
]


@pytest.mark.parametrize(("manners", "user", "password", "said", "passing"), TROUBLES)
def test_what_a_server_does_wrong_is_a_clause(
    manners: dict[str, Any], user: str, password: str | None, said: str, passing: bool
) -> None:
    with MailServer(**manners) as server:
        assert refusal(server, user=user, password=password) == (f"the mail server HOST {said}", passing)


def test_one_who_doesnt_get_it_is_named() -> None:
    with MailServer(refused=TO[:1]) as server:
        said = refusal(server)
    assert said == ("the mail server didn't take it for data@example.org", False)
    assert [letter.to for letter in server.letters] == [["ann@example.org"]]


def test_a_server_that_is_silent_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there = Email("127.0.0.1", "a@b.c", TO, "none", silent.getsockname()[1])
        with pytest.raises(NoticeError) as caught:
            send_mail(there, NOTICE, STAMP, None, seconds=0.2)
    assert caught.value.why.endswith(" can't be reached, or broke off")
    assert caught.value.passing


def test_without_a_password_nobody_is_asked() -> None:
    there = Email("localhost", "a@b.c", TO, "starttls", 1, "yhovi")
    with pytest.raises(NoticeError) as caught:
        send_mail(there, NOTICE, STAMP, None)
    assert (caught.value.why, caught.value.passing) == (
        "the environment variable YHOVI_SMTP_PASSWORD isn't set",
        False,
    )

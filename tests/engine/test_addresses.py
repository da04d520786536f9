"""Database URLs as people may see them, and passwords put into them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url
from yhovi.engine.addresses import concealed, holds_password, with_password

CASES = [
    ("sqlite:///C:/data/yhovi@home.db", "sqlite:///C:/data/yhovi@home.db"),
    ("sqlite:////srv/a:b@c.db?timeout=60", "sqlite:////srv/a:b@c.db?timeout=60"),
    ("postgresql://ann@host/yhovi", "postgresql://ann@host/yhovi"),
    ("postgresql://host:5432/yhovi?sslmode=require", "postgresql://host:5432/yhovi?sslmode=require"),
    ("postgresql://ann:s3cret@host:5432/yhovi", "postgresql://ann:***@host:5432/yhovi"),
    ("postgresql://ann:s3@cret@host/yhovi", "postgresql://ann:***@host/yhovi"),
    ("postgresql://ann:s3/c?r#e t@host/yhovi", "postgresql://ann:***@host/yhovi"),
    ("postgresql://host/yhovi?user=ann&password=s3@cret", "postgresql://host/yhovi?user=ann&password=***"),
    ("postgresql://host/yhovi?Password=s3cret&sslmode=require", "postgresql://host/yhovi?Password=***&sslmode=require"),
    ("mssql://ann:s3cret@host/yhovi?Encrypt=yes", "mssql://ann:***@host/yhovi?Encrypt=yes"),
    ("mssql:///?odbc_connect=SERVER%3Dhost%3BPWD%3Ds3cret", "mssql:///?odbc_connect=***"),
    ("mssql:///?odbc_connect=SERVER=host;PWD={s3;c&r@e}t};x=1", "mssql:///?odbc_connect=***"),
    ("--database-url=mssql://ann:s3cret@host/yhovi", "--database-url=mssql://ann:***@host/yhovi"),
    ("no address: at all@", "no address: at all@"),
]


@pytest.mark.parametrize(("said", "shown"), CASES, ids=[said for said, _ in CASES])
def test_secrets_are_left_out(said: str, shown: str) -> None:
    assert concealed(said) == shown
    assert holds_password(said) == (said != shown)


@given(password=st.text(st.characters(exclude_categories=["Cs"]), min_size=4))
def test_no_password_is_shown(password: str) -> None:
    secret = f"<{password}>"
    for url in (f"postgresql://ann:{secret}@host/yhovi", f"mssql:///?odbc_connect=SERVER=host;PWD={secret};x=1"):
        assert password not in concealed(url) or password in "postgresql://ann:***@host/yhovi mssql:///?odbc_connect="


@given(password=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_password_from_elsewhere_arrives_as_it_is(password: str) -> None:
    made = make_url(with_password("postgresql://ann@host:5432/yhovi?sslmode=require", password))
    assert (made.username, made.password, made.host, made.port) == ("ann", password, "host", 5432)
    assert (made.database, dict(made.query)) == ("yhovi", {"sslmode": "require"})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:own@host/yhovi",
        "postgresql://host/yhovi",
        "mssql://host/yhovi?Trusted_Connection=yes",
        "mssql:///?odbc_connect=SERVER%3Dhost",
        "sqlite:///yhovi.db",
        "sqlite:////srv/a@b.db",
        "",
    ],
)
def test_what_has_a_password_or_needs_none_is_left_alone(url: str) -> None:
    assert with_password(url, "another") == url


@pytest.mark.parametrize("password", ["", None])
def test_no_password_is_none(password: str | None) -> None:
    assert with_password("postgresql://ann@host/yhovi", password) == "postgresql://ann@host/yhovi"

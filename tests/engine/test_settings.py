"""Settings: defaults, a file, the environment that wins, and a sentence for what isn't allowed."""

import errno
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from yhovi.engine.addresses import Access
from yhovi.engine.errors import SettingsError
from yhovi.engine.notices.channels import Channel, Email, Lineage, NoticeFile, Notify, Webhook
from yhovi.engine.settings import FILE_NAME, Logs, Settings, find_file, load_settings

URL = "sqlite:///x.db"


def loaded(folder: Path, toml: str | None, environment: Mapping[str, str]) -> Settings:
    """The settings of a file in that folder (None: no file), the current folder being another one."""
    file = folder / FILE_NAME
    if toml is not None:
        file.write_text(toml, encoding="utf-8")
    return load_settings(file if toml is not None else None, environment, folder / "here")


@pytest.mark.parametrize(
    ("toml", "environment", "expected"),
    [
        (
            *(None, {}),
            {
                "database_url": "",
                "environment": "local",
                "catalogue": None,
                "target_vintage": "2023-04",
                "within": "E12000003",
                "also": ("E12000003", "E92000001"),
                "hosts": (),
                "mirrors": {},
                "http": {},
                "file": None,
                "geography": None,
                "databases": {},
            },
        ),
        ("", {}, {"environment": "local", "target_vintage": "2023-04"}),
        ('environment = "production"', {}, {"environment": "production"}),
        (f'database_url = "{URL}"', {}, {"database_url": URL}),
        (f'database_url = "{URL}"', {"YHOVI_DATABASE_URL": "sqlite://"}, {"database_url": "sqlite://"}),
        (f'database_url = "{URL}"', {"YHOVI_DATABASE_URL": ""}, {"database_url": URL}),
        (None, {"YHOVI_DATABASE_URL": "sqlite://"}, {"database_url": "sqlite://"}),
        ('target_vintage = "2025-04"', {}, {"target_vintage": "2025-04"}),
        ('[areas]\nwithin = "E12000001"', {}, {"within": "E12000001", "also": ("E12000003", "E92000001")}),
        ("[areas]\nalso = []", {}, {"within": "E12000003", "also": ()}),
        ('hosts = ["data.example.org"]', {}, {"hosts": ("data.example.org",)}),
        ('[mirrors]\n"https://a" = "https://b"', {}, {"mirrors": {"https://a": "https://b"}}),
        ("[http]\nattempts = 2\ndeadline = 1.5", {}, {"http": {"attempts": 2, "deadline": 1.5}}),
        ("\ufeffenvironment = 'bom'", {}, {"environment": "bom"}),
        ("", {"YHOVI_CATALOGUE": "elsewhere", "HOME": "/root"}, {"catalogue": None}),
    ],
)
def test_what_is_said_is_set(
    tmp_path: Path, toml: str | None, environment: Mapping[str, str], expected: Mapping[str, Any]
) -> None:
    settings = loaded(tmp_path, toml, environment)
    assert {name: getattr(settings, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("toml", "environment", "data_root", "catalogue"),
    [
        (None, {}, "here", None),
        ("", {}, "", None),
        ('data_root = "data"\ncatalogue = "specs"', {}, "data", "specs"),
        ('data_root = "../data"\ncatalogue = "../specs"', {}, "../data", "../specs"),
        ('data_root = "data"', {"YHOVI_DATA_ROOT": "mine"}, "here/mine", None),
        (None, {"YHOVI_DATA_ROOT": "mine"}, "here/mine", None),
    ],
    ids=["no file", "empty file", "beside the file", "above the file", "environment wins", "environment alone"],
)
def test_folders_are_relative_to_who_names_them(
    tmp_path: Path, toml: str | None, environment: Mapping[str, str], data_root: str, catalogue: str | None
) -> None:
    """A file's folders start from the file, those of the environment from the current folder."""
    settings = loaded(tmp_path, toml, environment)
    assert settings.data_root == tmp_path / data_root
    assert settings.catalogue == (tmp_path / catalogue if catalogue else None)


@pytest.mark.parametrize(
    ("toml", "register"),
    [("", "geography"), ('data_root = "data"', "data/geography"), ('data_root = "data"\ngeography = "areas"', "areas")],
    ids=["by default", "in the data root", "as named"],
)
def test_a_register_of_ones_own_has_a_folder(tmp_path: Path, toml: str, register: str) -> None:
    assert loaded(tmp_path, toml, {}).register == tmp_path / register


@pytest.mark.parametrize(
    ("toml", "inbox", "named"),
    [
        ("", "inbox", False),
        ('data_root = "data"', "data/inbox", False),
        ('inbox = "post"', "post", True),
        ('data_root = "data"\ninbox = "post"', "post", True),
        ('data_root = "data"\ninbox = "data/post"', "data/post", True),
        ('inbox = "../post"', "../post", True),
    ],
    ids=["by default", "in the data root", "as named", "beside the data root", "within the data root", "elsewhere"],
)
def test_people_put_files_into_an_inbox(tmp_path: Path, toml: str, inbox: str, named: bool) -> None:
    settings = loaded(tmp_path, toml, {})
    assert settings.inbox_folder == tmp_path / inbox
    assert (settings.inbox is not None) == named


@pytest.mark.parametrize(
    ("toml", "environment", "inbox", "data_root"),
    [
        ('inbox = "."', {}, ".", "."),
        ('inbox = ".."\ndata_root = "a/in/.."', {}, "..", "a"),
        ('inbox = "a"\ndata_root = "a/b/"', {}, "a", "a/b"),
        ('inbox = "here"', {"YHOVI_DATA_ROOT": "data"}, "here", "here/data"),
    ],
    ids=["the same", "above", "just above", "above what the environment says"],
)
def test_an_inbox_holds_nothing_else(
    tmp_path: Path, toml: str, environment: Mapping[str, str], inbox: str, data_root: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, toml, environment)
    holder, held = (os.path.normpath(tmp_path / folder) for folder in (inbox, data_root))
    cure = "Name a folder for it that has nothing else in it."
    assert str(caught.value) == f"The inbox {holder} holds the data folder {held}. {cure}"


def test_absolute_folders_stay(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    settings = loaded(tmp_path / ".", f"data_root = '{elsewhere}'\ncatalogue = '{elsewhere}'", {})
    assert (settings.data_root, settings.catalogue) == (elsewhere, elsewhere)


A_FOLDER = "the folder that holds the {}"
A_MONTH = "a month such as 2023-04"
A_NAME = "the name of this installation's archive (letters, digits, - and _)"
A_REGION = "the code of the region whose districts are loaded"
HOSTS = "a list of further hosts that the file connector may ask"
DATABASES = "a table of the databases that specs may ask, each a name and a SQLAlchemy URL"
MIRRORS = "a table of publishers' addresses and the addresses asked in their place"
PATIENCE = "a table with attempts, deadline, connect_timeout and read_timeout"
SECONDS = "a number of seconds above 0"


@pytest.mark.parametrize(
    ("toml", "found", "must_be"),
    [
        ("data_root = 1", ": data_root is 1.", A_FOLDER.format("raw answers")),
        ("inbox = 1", ": inbox is 1.", "the folder into which people put files that are to be landed"),
        ("geography = 1", ": geography is 1.", "the folder that holds a register of areas, and boundaries"),
        ("database_url = true", ": database_url is true.", "a SQLAlchemy URL"),
        ('catalogue = ["a"]', ': catalogue is ["a"].', A_FOLDER.format("specs")),
        ('target_vintage = "2023"', ': target_vintage is "2023".', A_MONTH),
        ('target_vintage = "2023-13"', ': target_vintage is "2023-13".', A_MONTH),
        ("target_vintage = 2023-04-01", ': target_vintage is "2023-04-01".', A_MONTH),
        ('environment = "../up"', ': environment is "../up".', A_NAME),
        ('areas = "E12000003"', ': areas is "E12000003".', "a table with within and also"),
        ("[areas]\nwithin = 3", ", [areas]: within is 3.", A_REGION),
        ('[areas]\nalso = "E92000001"', ', [areas]: also is "E92000001".', "a list of the codes of further areas"),
        ("hosts = [1]", ": hosts is [1].", HOSTS),
        ("[mirrors]\na = 1", ': mirrors is {"a": 1}.', MIRRORS),
        ('databases = "x"', ': databases is "x".', DATABASES),
        (
            "[databases]\na = {url = 'sqlite:///x.db', rows = 0}",
            ", [databases.a]: rows is 0.",
            "a whole number above 0",
        ),
        ("[databases.a]\nurl = 'sqlite:///x.db'\nseconds = '9'", ', [databases.a]: seconds is "9".', SECONDS),
        ("http = 3", ": http is 3.", PATIENCE),
        ("[http]\nattempts = 1.5", ", [http]: attempts is 1.5.", "a whole number above 0"),
        ("[http]\nattempts = true", ", [http]: attempts is true.", "a whole number above 0"),
        ("[http]\ndeadline = 0", ", [http]: deadline is 0.", SECONDS),
        ("[http]\nconnect_timeout = -1", ", [http]: connect_timeout is -1.", SECONDS),
        ("[http]\nread_timeout = '9'", ', [http]: read_timeout is "9".', SECONDS),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(tmp_path: Path, toml: str, found: str, must_be: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, toml, {})
    assert str(caught.value) == f"yhovi.toml{found} It must be {must_be}."


SETTINGS = (
    "data_root, inbox, environment, database_url, catalogue, target_vintage, geography, areas, databases, hosts, "
    "mirrors, http, log, notify, openlineage"
)


@pytest.mark.parametrize(
    ("toml", "found", "cure"),
    [
        ('datbase_url = "x"', ": datbase_url is no setting.", "Did you mean database_url?"),
        ("xyz = 1", ": xyz is no setting.", f"Allowed are {SETTINGS}."),
        ("[areas]\nwithn = 1", ", [areas]: withn is no key of this table.", "Did you mean within?"),
        ("[areas]\nhosts = []", ", [areas]: hosts is no key of this table.", "Allowed are within, also."),
        ("[http]\nattempt = 1", ", [http]: attempt is no key of this table.", "Did you mean attempts?"),
    ],
)
def test_an_unknown_key_is_refused(tmp_path: Path, toml: str, found: str, cure: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, toml, {})
    assert str(caught.value) == f"yhovi.toml{found} {cure}"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"a = ", "isn't TOML: Invalid value (at end of document). Mend that line."),
        (b"environment = '\xe9'", "isn't UTF-8. Save it as UTF-8."),
        (None, f"can't be opened: {os.strerror(errno.ENOENT)}. Check the path, and that you may read it."),
    ],
    ids=["no TOML", "no UTF-8", "missing"],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, raw: bytes | None, said: str) -> None:
    file = tmp_path / FILE_NAME
    if raw is not None:
        file.write_bytes(raw)
    with pytest.raises(SettingsError) as caught:
        load_settings(file, {}, tmp_path)
    assert str(caught.value) == f"The settings file {file} {said}"


@pytest.mark.parametrize(
    ("written", "start", "found"),
    [
        ("a/b", "a/b", "a/b"),
        ("a", "a/b/c", "a"),
        ("", "a/b/c", ""),
        ("a/b/c", "a/b", None),
        ("a/x", "a/b", None),
    ],
    ids=["here", "above", "far above", "not below", "not beside"],
)
def test_the_file_is_searched_for_upwards(tmp_path: Path, written: str, start: str, found: str | None) -> None:
    for folder in (written, start):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / written / FILE_NAME).write_text("", encoding="utf-8")
    assert find_file(tmp_path / start) == (None if found is None else tmp_path / found / FILE_NAME)


def test_the_nearest_file_wins_and_a_folder_is_none(tmp_path: Path) -> None:
    for folder in ("", "a"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / FILE_NAME).write_text("", encoding="utf-8")
    (tmp_path / "a" / "b" / FILE_NAME).mkdir(parents=True)
    assert find_file(tmp_path / "a" / "b") == tmp_path / "a" / FILE_NAME


def test_a_password_comes_from_the_environment_and_is_not_printed(tmp_path: Path) -> None:
    """A file is no place for one; where it is in the file's URL all the same, that is noted."""
    environment = {"YHOVI_DATABASE_PASSWORD": "s3cret"}
    settings = loaded(tmp_path, 'database_url = "postgresql://ann@host/yhovi"', environment)
    assert (settings.database_password, settings.holds_password) == ("s3cret", False)
    unsafe = loaded(tmp_path, 'database_url = "postgresql://ann:s3cret@host/yhovi"', {})
    assert (unsafe.database_password, unsafe.holds_password) == ("", True)
    assert loaded(tmp_path, None, {"YHOVI_DATABASE_URL": "postgresql://a:b@c/d"}).holds_password is False
    assert "s3cret" not in repr((settings, unsafe))


HOUSING = "postgresql://ann@db1/housing"


@pytest.mark.parametrize(
    ("toml", "environment", "expected"),
    [
        (f'[databases]\nhousing = "{HOUSING}"', {}, Access(HOUSING)),
        (f'[databases]\nhousing = {{url = "{HOUSING}", rows = 5}}', {}, Access(HOUSING, rows=5)),
        (f'[databases.housing]\nurl = "{HOUSING}"\nseconds = 1.5', {}, Access(HOUSING, seconds=1.5)),
        (
            f'[databases]\nhousing = "{HOUSING}"',
            {"YHOVI_DATABASE_PASSWORD_HOUSING": "s3cr@t", "YHOVI_DATABASE_PASSWORD": "another"},
            Access("postgresql://ann:s3cr%40t@db1/housing"),
        ),
        (
            '[databases]\nhousing = "postgresql://ann:own@db1/housing"',
            {"YHOVI_DATABASE_PASSWORD_HOUSING": "another"},
            Access("postgresql://ann:own@db1/housing", holds_password=True),
        ),
    ],
    ids=["a name and a URL", "with rows", "as a table", "with a password", "with one of its own"],
)
def test_databases_for_specs_are_named(
    tmp_path: Path, toml: str, environment: Mapping[str, str], expected: Access
) -> None:
    settings = loaded(tmp_path, toml, environment)
    assert settings.databases == {"housing": expected}
    assert "s3cr" not in repr(settings)
    assert "own" not in repr(settings)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("sqlite:///housing.db", "sqlite:///{folder}/housing.db"),
        ("sqlite+pysqlite:///data/housing.db", "sqlite+pysqlite:///{folder}/data/housing.db"),
        ("sqlite:////srv/housing.db", "sqlite:////srv/housing.db"),
        ("sqlite:///housing.db?x=1", "sqlite:///{folder}/housing.db?x=1"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite://", "sqlite://"),
    ],
)
def test_a_file_is_found_from_the_settings(tmp_path: Path, url: str, found: str) -> None:
    settings = loaded(tmp_path, f'[databases]\nhousing = "{url}"', {})
    assert settings.databases["housing"].url == found.format(folder=tmp_path.as_posix())


NO_URL = ", [databases.housing]: the url isn't one. It must be a SQLAlchemy URL, such as postgresql://user@host/name."
ABSENT = NO_URL.replace("isn't one", "is missing")
NO_NAME = (
    ', [databases]: "Housing" is no name for a database. '
    "Write it in small letters, digits and underscores, beginning with a letter."
)
SECRET = "postgresql://ann:s3cret@db1/x"


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (f"[databases]\nHousing = '{SECRET}'", NO_NAME),
        ("[databases]\nhousing = 'ann:s3cret@db1/x'", NO_URL),
        (f"[databases]\nhousing = ['{SECRET}']", NO_URL),
        ("[databases]\nhousing = {url = 5}", NO_URL),
        ("[databases]\nhousing = {rows = 5}", ABSENT),
        (
            f"[databases]\nhousing = {{ulr = '{SECRET}'}}",
            ", [databases.housing]: ulr is no key of this table. Did you mean url?",
        ),
        (
            "[databases.housing]\nurl = 'postgresql://db1/x'\npassword = 's3cret'",
            ", [databases.housing]: password is no key of this table. Allowed are url, rows, seconds.",
        ),
        (f"databases = ['{SECRET}']", f': databases is ["postgresql://ann:***@db1/x"]. It must be {DATABASES}.'),
        (
            f"database_url = ['{SECRET}']",
            ': database_url is ["postgresql://ann:***@db1/x"]. It must be a SQLAlchemy URL.',
        ),
    ],
)
def test_a_database_that_is_named_wrongly_is_refused_and_not_shown(tmp_path: Path, toml: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, toml, {})
    assert str(caught.value) == f"yhovi.toml{said}"


# Who is told, and where the log goes --------------------------------------------------------------------------------

EMAIL = '[[notify.email]]\nhost = "mail.example.org"\nfrom = "yhovi@example.org"\nto = ["data@example.org"]\n'
WEBHOOK = '[[notify.webhook]]\nurl_env = "YHOVI_TEAMS_URL"\nshape = "teams"\n'
LETTER = Email("mail.example.org", "yhovi@example.org", ("data@example.org",))


def test_nobody_is_told_by_default(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "", {})
    assert (settings.notify, settings.lineage, settings.log) == (Notify(), Lineage(), Logs())
    assert not settings.lineage.is_set


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        (EMAIL, LETTER),
        (f'{EMAIL}security = "tls"', replace(LETTER, security="tls", port=465)),
        (f'{EMAIL}security = "none"', replace(LETTER, security="none", port=25)),
        (f'{EMAIL}port = 2525\nuser = "yhovi"', replace(LETTER, port=2525, user="yhovi")),
        (
            f'{EMAIL}security = "none"\nuser = "yhovi"'.replace("mail.example.org", "localhost"),
            replace(LETTER, host="localhost", security="none", port=25, user="yhovi"),
        ),
        (WEBHOOK, Webhook("YHOVI_TEAMS_URL", "teams")),
        ('[[notify.file]]\npath = "a/notices.txt"', NoticeFile(Path("a/notices.txt"))),
        ('[[notify.file]]\npath = "n"\nformat = "json"', NoticeFile(Path("n"), "json")),
    ],
)
def test_each_channel_is_set(tmp_path: Path, toml: str, expected: Channel) -> None:
    notify = loaded(tmp_path, f'[notify]\nwhen = "change"\n{toml}', {}).notify
    if isinstance(expected, NoticeFile):
        expected = replace(expected, path=tmp_path / expected.path)
    assert notify == Notify("change", (expected,))


def test_channels_keep_their_order(tmp_path: Path) -> None:
    told = loaded(tmp_path, f'[[notify.file]]\npath = "n"\n{WEBHOOK}{EMAIL}{EMAIL}', {}).notify
    assert [type(channel).__name__ for channel in told.channels] == ["Email", "Email", "Webhook", "NoticeFile"]
    assert told.when == "failure"


def test_a_log_and_lineage_are_set(tmp_path: Path) -> None:
    toml = '[log]\nformat = "json"\nlevel = "debug"\nfile = "logs/a.log"\nmax_bytes = 9\nbackups = 2\n'
    toml += '[openlineage]\nurl = "http://marquez:5000/api/v1/lineage"\nfile = "l.jsonl"\nnamespace = "council"\n'
    settings = loaded(tmp_path, toml, {})
    assert settings.log == Logs("json", "debug", tmp_path / "logs/a.log", 9, 2)
    assert settings.lineage == Lineage("http://marquez:5000/api/v1/lineage", tmp_path / "l.jsonl", "council")


MAIL = "[[notify.email]]"
ADDRESS = "It must be an address such as yhovi@example.org."
LIST = 'It must be a list of addresses such as ["data@example.org"].'


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("log = 1", ": log is 1. It must be a table with format, level, file, max_bytes and backups."),
        ('[log]\nformat = "xml"', ', [log]: format is "xml". It must be auto, human or json.'),
        ('[log]\nlevel = "loud"', ', [log]: level is "loud". It must be debug, info, warning or error.'),
        ('[log]\nfile = ""', ', [log]: file is "". It must be the file to which lines of the log are added.'),
        ("[log]\nbackups = 0", ", [log]: backups is 0. It must be a whole number above 0."),
        ("notify = []", ": notify is []. It must be a table with when, email, webhook and file."),
        ('[notify]\nwhen = "never"', ', [notify]: when is "never". It must be failure, change or always.'),
        ('[notify]\nemail = "me"', ', [notify]: email is "me". It must be tables, each under [[notify.email]].'),
        ("[notify]\nmail = []", ", [notify]: mail is no key of this table. Did you mean email?"),
        (EMAIL.replace("host", "hots"), f", {MAIL}: hots is no key of this table. Did you mean host?"),
        (EMAIL.replace("mail.example.org", " "), f', {MAIL}: host is " ". It must be the name of a mail server.'),
        (EMAIL.replace("yhovi@", "yhovi "), f', {MAIL}: from is "yhovi example.org". {ADDRESS}'),
        (EMAIL.replace("yhovi@", "a@b\\n@"), f', {MAIL}: from is "a@b\\n@example.org". {ADDRESS}'),
        (EMAIL.replace('["data@example.org"]', '"data@example.org"'), f', {MAIL}: to is "data@example.org". {LIST}'),
        (EMAIL.replace('"data@example.org"', ""), f", {MAIL}: to is []. {LIST}"),
        (EMAIL.replace('to = ["data@example.org"]', ""), f", {MAIL}: to is missing. {LIST}"),
        (f'{EMAIL}security = "ssl"', f', {MAIL}: security is "ssl". It must be starttls, tls or none.'),
        (f"{EMAIL}port = 0", f", {MAIL}: port is 0. It must be a whole number above 0."),
        (
            f'{EMAIL}password = "x"',
            f", {MAIL}: password is no key of this table. Allowed are host, port, security, user, from, to.",
        ),
        (
            f'{EMAIL}user = "yhovi"\nsecurity = "none"',
            (
                f", {MAIL}: a password would be sent unencrypted. "
                'Say security = "starttls" or "tls", or leave out the user where the server needs none.'
            ),
        ),
        (
            WEBHOOK.replace('shape = "teams"', ""),
            ", [[notify.webhook]]: shape is missing. It must be slack, teams or json.",
        ),
        (WEBHOOK.replace("url_env", "url"), ", [[notify.webhook]]: url is no key of this table. Did you mean url_env?"),
        (
            WEBHOOK.replace("YHOVI_TEAMS_URL", "https://hooks.example.org/s3cret"),
            (
                ", [[notify.webhook]]: url_env isn't the name of an environment variable. Put the address into an "
                "environment variable, and its name here: whoever knows the address can post."
            ),
        ),
        ("[[notify.file]]", ", [[notify.file]]: path is missing. It must be the file to which messages are added."),
        ("[openlineage]", ", [openlineage]: it says neither url nor file. Say where events are to go."),
        (
            '[openlineage]\nurl = "marquez"',
            ', [openlineage]: url is "marquez". It must be an address that begins with https:// or http://.',
        ),
    ],
)
def test_every_mistake_is_a_sentence(tmp_path: Path, toml: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, toml, {})
    assert str(caught.value) == f"yhovi.toml{said}"
    assert "s3cret" not in str(caught.value)

"""What the settings read from the environment."""

import pytest

from config import environment


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("postgresql://u:p@one/db", "one", ""),
        ("postgresql://u:p@one:5433/db", "one", 5433),
        ("postgresql://u:p@one:5432,two:5433/db", "one,two", "5432,5433"),
        ("postgresql://u:p@one,two/db", "one,two", ","),
        ("postgresql://u:p@[::1]:5432,[::2]:5433/db", "::1,::2", "5432,5433"),
    ],
)
def test_a_database_may_stand_on_several_hosts(
    monkeypatch: pytest.MonkeyPatch, url: str, host: str, port: str | int
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{url}?target_session_attrs=read-write")
    found = environment.database("DATABASE_URL", "")
    assert (found["HOST"], found["PORT"], found["NAME"]) == (host, port, "db")
    assert (found["USER"], found["PASSWORD"]) == ("u", "p")
    assert found["OPTIONS"] == {"target_session_attrs": "read-write"}


def test_the_default_stands_where_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert environment.database("DATABASE_URL", "postgresql:///mainstay")["NAME"] == "mainstay"

"""Passwords of sources: where they may go, and when they must be given anew."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Role
from detection.models import Source
from detection.services import add_source, edit_source
from detection.services.secrets import refusal_of, secret_of
from detection.sources import SourceError
from lifecycle.models import Via
from lifecycle.transitions import InputRefused
from tests.factories import acting, make_person

pytestmark = pytest.mark.django_db
VARIABLE, SECRET = "MAINSTAY_SOURCE_SECRET_MART", "hunter2-hunter2"
PLACE = {"host": "127.0.0.1", "port": 5432, "database": "shop", "user": "reader"}


def operations() -> APIClient:
    client = APIClient()
    client.force_authenticate(make_person(Role.OPERATIONS))
    return client


@pytest.mark.parametrize(
    ("kind", "options", "change"),
    [
        ("postgresql", PLACE, {"port": 5433}),
        ("postgresql", PLACE, {"host": "127.0.0.2"}),
        ("postgresql", PLACE, {"user": "somebody"}),
        ("postgresql", {**PLACE, "tls": True}, {"tls": False}),
        ("hive", {**PLACE, "port": 10000}, {"auth": "nosasl"}),
        ("prometheus", {"url": "https://127.0.0.1", "user": "reader"}, {"url": "http://127.0.0.1"}),
        ("prometheus", {"url": "https://127.0.0.1", "user": "reader"}, {"user": ""}),
    ],
)
def test_a_password_is_given_anew_for_another_way(
    kind: str, options: dict[str, Any], change: dict[str, Any], settings: Any
) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]
    source = add_source(name="Mart", slug="mart", kind=kind, options=options, secret=SECRET)
    with pytest.raises(InputRefused) as refused:
        edit_source(source, options={**options, **change}, **acting())
    assert set(refused.value.errors) == {"secret"}
    source = Source.objects.get()
    edit_source(source, name="Other", **acting())
    edit_source(source, options={**options, **change}, secret="another", actor=None, via=Via.WEB)
    assert secret_of(Source.objects.get()) == "another"


@pytest.mark.parametrize(
    ("bound", "kind", "options"),
    [
        ("127.0.0.1", "postgresql", PLACE),
        ("127.0.0.1:5432", "postgresql", PLACE),
        ("mart.internal, 127.0.0.1:5432", "postgresql", PLACE),
        ("tls://127.0.0.1", "postgresql", {**PLACE, "tls": True}),
        ("Prom.example.com", "prometheus", {"url": "https://prom.example.com./api"}),
        ("tls://prom.example.com:443", "prometheus", {"url": "https://prom.example.com"}),
        ("[::1]:9090", "prometheus", {"url": "http://[::1]:9090"}),
    ],
)
def test_a_secret_of_the_environment_goes_where_it_is_bound_to(
    bound: str, kind: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    monkeypatch.setenv(f"{VARIABLE}_HOST", bound)
    source = Source(kind=kind, options=options, secret_env=VARIABLE)
    assert (secret_of(source), refusal_of(source)) == (SECRET, "")


@pytest.mark.parametrize(
    ("bound", "kind", "options"),
    [
        ("mart.internal", "postgresql", PLACE),
        ("127.0.0.1:5433", "postgresql", PLACE),
        ("tls://127.0.0.1", "postgresql", PLACE),
        ("127.0.0.1:nonsense", "postgresql", PLACE),
        (" , ", "postgresql", PLACE),
        ("example.com", "prometheus", {"url": "https://prom.example.com"}),
        ("prom.example.com", "prometheus", {"url": "https://prom.example.com.evil.example"}),
        ("prom.example.com", "prometheus", {"url": "https://prom.example.com@evil.example"}),
        ("tls://prom.example.com", "prometheus", {"url": "http://prom.example.com"}),
        ("prom.example.com:443", "prometheus", {"url": "https://prom.example.com:8443"}),
        ("prom.example.com", "prometheus", {"url": "https://[broken"}),
    ],
)
def test_a_secret_of_the_environment_goes_nowhere_else(
    bound: str, kind: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    monkeypatch.setenv(f"{VARIABLE}_HOST", bound)
    source = Source(kind=kind, options=options, secret_env=VARIABLE)
    with pytest.raises(SourceError, match="not meant for this place") as error:
        secret_of(source)
    assert error.value.permanent
    assert "_HOST says where it may go" in refusal_of(source)


def test_a_secret_of_the_environment_that_is_bound_to_nothing_goes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    monkeypatch.delenv(f"{VARIABLE}_HOST", raising=False)
    source = Source(kind="postgresql", options=PLACE, secret_env=VARIABLE)
    with pytest.raises(SourceError, match="MART_HOST, which says where the password may go, is not set"):
        secret_of(source)
    assert refusal_of(source) == "", "the workers may know more"


def test_a_source_of_a_foreign_host_with_the_environments_secret_is_refused(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    monkeypatch.setenv(f"{VARIABLE}_HOST", "mart.internal:5432")
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]
    body = {"name": "x", "slug": "x", "kind": "postgresql", "options": PLACE, "secret_env": VARIABLE}
    answer = operations().post("/api/v1/sources/", body)
    assert answer.status_code == 400
    assert "not meant for this place" in answer.content.decode()
    monkeypatch.delenv(f"{VARIABLE}_HOST")
    assert operations().post("/api/v1/sources/", body).status_code == 201
    looked = operations().post("/api/v1/sources/x/look/", {}).json()
    assert "MART_HOST" in looked["error"], "what this process did not know is asked again before anything is sent"

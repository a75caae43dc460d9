"""The pages and the API of sources: who sees them, what they show, and that a secret never comes out."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from catalog.models import Role
from detection.models import Collection, Metric, Source
from detection.services import add_source
from lifecycle import clock
from lifecycle.models import Event
from tests.detection.shops import MINUTE, Shop, payments_metric
from tests.factories import make_person

pytestmark = pytest.mark.django_db
SECRET = "hunter2-hunter2"


@pytest.fixture
def shop(tmp_path: Path, settings: Any) -> Shop:
    settings.SOURCE_FILES = str(tmp_path)
    return Shop(tmp_path)


def signed_in(role: str = Role.OPERATIONS) -> Client:
    client = Client()
    client.force_login(make_person(role))
    return client


def api(role: str = Role.OPERATIONS) -> APIClient:
    client = APIClient()
    client.force_authenticate(make_person(role))
    return client


def sealed_source(settings: Any, **fields: Any) -> Source:
    settings.OUTBOUND_ALLOW = ["127.0.0.1:5432"]
    options = {"host": "127.0.0.1", "port": 5432, "database": "shop", "user": "reader"}
    fields.setdefault("secret", SECRET)
    return add_source(name="Mart", slug="mart", kind="postgresql", options=options, **fields)


def metric_form(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Payments",
        "slug": "payments-by-merchant",
        "table": "payments",
        "time_column": "at",
        "time_format": "timestamp",
        "time_zone": "UTC",
        "aggregate": "count",
        "labels": "merchant = merchant\ncategory = category",
        "interval": "60",
        "lateness": "0",
        "delay": "0",
        "zero_when_missing": "on",
        "lowest": "0",
        "precision": "float32",
        **changes,
    }


def test_a_source_is_added_tested_and_counted_out_of(shop: Shop) -> None:
    now = clock.now()
    shop.pay(now.replace(second=0) - MINUTE, count=4)
    client = signed_in()
    form = {"name": "Shop", "slug": "shop", "option_path": "shop.db", "timeout": "5", "row_cap": "1000"}
    answer = client.post(reverse("detection:new_source", args=["sqlite"]), form)
    assert answer.status_code == 302, answer.context["form"].errors
    page = client.post(reverse("detection:look_at_source", args=["shop"])).content.decode()
    assert "First rows of payments" in page
    assert "merchant" in page
    address = reverse("detection:new_metric", args=["shop"])
    assert '<option value="merchant">' in client.get(address, {"table": "payments"}).content.decode()
    page = client.post(address, metric_form(preview="1")).content.decode()
    assert "m1 · books" in page
    assert not Metric.objects.exists()
    answer = client.post(address, metric_form())
    metric = Metric.objects.get()
    assert answer.url == metric.get_absolute_url()  # type: ignore[attr-defined]
    assert metric.dimensions == ["merchant", "category"]
    assert metric.collection.filters == {}


def test_the_running_example_is_a_template_of_the_form(shop: Shop) -> None:
    shop.source(slug="shop")
    page = signed_in().get(reverse("detection:new_metric", args=["shop"]), {"template": "payments"}).content.decode()
    assert 'value="Payments by merchant and category"' in page
    assert "category = category" in page
    assert 'value="120"' in page


def test_what_a_metric_counts_and_where_in_detail_is_said_in_its_form(shop: Shop) -> None:
    add_source(name="Shop", slug="shop", kind="sqlite", options={"path": "shop.db"})
    client, address = signed_in(), reverse("detection:new_metric", args=["shop"])
    client.post(address, metric_form(slug="fine"))
    whole = metric_form(slug="whole", name="All payments", labels="", counts="transactions", detail="fine")
    answer = client.post(address, whole)
    assert answer.status_code == 302, answer.context["form"].errors
    metric = Metric.objects.get(slug="whole")
    assert (metric.counts, metric.detail) == ("transactions", Metric.objects.get(slug="fine"))
    page = client.get(reverse("detection:edit_collection", args=["whole"])).content.decode()
    assert '<option value="fine" selected>' in page
    assert '<option value="whole"' not in page


def test_what_is_wrong_stands_beside_its_field(shop: Shop) -> None:
    shop.source(slug="shop")
    client, address = signed_in(), reverse("detection:new_metric", args=["shop"])
    wrong = {"time_zone": "Mars", "time_format": "%H", "statement": "DROP TABLE payments", "time_column": ""}
    answer = client.post(address, metric_form(**wrong))
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"time_zone", "time_format", "statement"}
    answer = client.post(address, metric_form(time_column="nope", preview="1"))
    assert "no such column" in answer.content.decode()
    assert not Metric.objects.exists()


def test_the_metrics_page_shows_its_collection_and_what_was_rejected(shop: Shop) -> None:
    collection = payments_metric(shop.source(), start=clock.now())
    Collection.objects.update(last_error="The source did not answer in time.", failures=2)
    collection.rejected.create(reason="type", count=3, sample="<b>m1</b>", interval_at=clock.now())
    page = signed_in().get(collection.metric.get_absolute_url()).content.decode()
    assert "The source did not answer in time." in page
    assert "&lt;b&gt;m1" in page
    assert "<b>m1" not in page
    assert "a value that is not a number" in page


def test_a_collection_is_paused_and_resumed(shop: Shop) -> None:
    metric, client = payments_metric(shop.source(), start=clock.now()).metric, signed_in()
    for verb, is_active in [("pause", False), ("resume", True)]:
        client.post(reverse(f"detection:{verb}_collection", args=[metric.slug]))
        assert Collection.objects.get().is_active is is_active


def test_a_source_is_removed_once_nothing_is_read_out_of_it(shop: Shop) -> None:
    collection = payments_metric(shop.source(slug="shop"), start=clock.now())
    client, address = signed_in(), reverse("detection:remove_source", args=["shop"])
    client.post(address)
    assert Source.objects.exists()
    collection.delete()
    assert client.post(address).url == reverse("detection:sources")  # type: ignore[attr-defined]
    assert not Source.objects.exists()
    assert Event.objects.filter(verb="remove").exists()


def test_strangers_and_readers_are_kept_out(shop: Shop) -> None:
    source = shop.source(slug="shop")
    metric = payments_metric(source, start=clock.now()).metric
    reader = signed_in(Role.INCIDENT_MANAGER)
    assert reader.get(source.get_absolute_url()).status_code == 200
    for name, argument in [("edit_source", "shop"), ("new_metric", "shop"), ("edit_collection", metric.slug)]:
        assert reader.get(reverse(f"detection:{name}", args=[argument])).status_code == 404
    for name, argument in [("look_at_source", "shop"), ("remove_source", "shop"), ("pause_collection", metric.slug)]:
        assert reader.post(reverse(f"detection:{name}", args=[argument])).status_code == 404
    assert signed_in(Role.REPORTER).get(source.get_absolute_url()).status_code == 404
    assert api(Role.INCIDENT_MANAGER).patch("/api/v1/sources/shop/", {"name": "x"}).status_code == 403


def test_a_secret_goes_in_and_never_comes_out(settings: Any) -> None:
    source, client = sealed_source(settings), signed_in()
    assert SECRET not in source.sealed_secret
    pages = [source.get_absolute_url(), reverse("detection:edit_source", args=["mart"]), reverse("detection:sources")]
    shown = "".join(client.get(page).content.decode() for page in pages)
    shown += api().get("/api/v1/sources/mart/").content.decode() + api().get("/api/v1/sources/").content.decode()
    shown += str(list(Event.objects.values_list("data", flat=True)))
    assert SECRET not in shown
    assert source.sealed_secret not in shown


def test_a_secret_is_not_taken_along_to_another_place(settings: Any) -> None:
    sealed_source(settings)
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]
    options = {"host": "127.0.0.1", "port": 5433, "database": "shop", "user": "reader"}
    answer = api().patch("/api/v1/sources/mart/", {"options": options})
    assert answer.status_code == 400
    assert "give it again" in answer.content.decode()
    assert api().patch("/api/v1/sources/mart/", {"options": options, "secret": "new"}).status_code == 200


@pytest.mark.parametrize("name", ["PATH", "DATABASE_URL", "MAINSTAY_SECRET_KEY", "MAINSTAY_SOURCE_SECRETS"])
def test_only_variables_meant_for_it_are_named(settings: Any, name: str) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]
    options = {"host": "127.0.0.1", "database": "shop"}
    body = {"name": "x", "slug": "x", "kind": "postgresql", "options": options, "secret_env": name}
    answer = api().post("/api/v1/sources/", body)
    assert answer.status_code == 400
    assert "secret_env" in answer.json()["errors"] if "errors" in answer.json() else "secret_env" in str(answer.json())


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("postgresql", {"host": "127.0.0.1", "database": "x"}),
        ("postgresql", {"host": "169.254.169.254", "database": "x"}),
        ("elasticsearch", {"url": "http://10.0.0.1:9200"}),
        ("prometheus", {"url": "file:///etc/passwd"}),
        ("sqlite", {"path": "../../etc/passwd"}),
        ("sqlite", {"path": "shop.db", "is_superuser": True}),
        ("mysql", {"host": "db; DROP", "database": "x"}),
        ("mysql", {"host": "127.0.0.1", "port": "1e9", "database": "x"}),
        ("oracle", {}),
    ],
)
def test_places_that_may_not_be_called_are_refused_when_saved(shop: Shop, kind: str, options: dict[str, Any]) -> None:
    body = {"name": "x", "slug": "x", "kind": kind, "options": options}
    assert api().post("/api/v1/sources/", body, format="json").status_code == 400
    assert not Source.objects.exists()


def test_the_api_defines_looks_and_shows(shop: Shop) -> None:
    client = api()
    body = {"name": "Shop", "slug": "shop", "kind": "sqlite", "options": {"path": "shop.db"}}
    assert client.post("/api/v1/sources/", body, format="json").status_code == 201
    seen = client.post("/api/v1/sources/shop/look/", {}, format="json").json()
    assert seen["tables"][0]["columns"][1] == {"name": "merchant", "type": "text"}
    metric = {"name": "Payments", "slug": "payments", "dimensions": ["merchant"]}
    assert client.post("/api/v1/metrics/", metric, format="json").status_code == 201
    collection = {"source": "shop", "table": "payments", "time_column": "at", "labels": {"merchant": "merchant"}}
    answer = client.put("/api/v1/metrics/payments/collection/", collection, format="json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["rejected"] == []
    assert client.post("/api/v1/metrics/payments/pause/").json()["is_active"] is False
    assert client.delete("/api/v1/sources/shop/").status_code == 400
    unknown = client.put(
        "/api/v1/metrics/payments/collection/", {**collection, "collected_to": "2020-01-01"}, format="json"
    )
    assert unknown.status_code == 400


def test_lists_ask_the_database_as_often_for_many(shop: Shop, django_assert_max_num_queries: Any) -> None:
    client, key = signed_in(), api()
    for number in range(12):
        payments_metric(shop.source(slug=f"s{number}"), start=clock.now())
    with django_assert_max_num_queries(12):
        client.get(reverse("detection:sources"))
    with django_assert_max_num_queries(8):
        key.get("/api/v1/sources/")
    with django_assert_max_num_queries(20):
        client.get(Metric.objects.latest("pk").get_absolute_url())

"""Definitions in files: what would change, the change, once; and what is no good as a file."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from detection.documents import read_document, starter, starter_names, write_document
from detection.models import Collection, Metric, Rule, Source
from detection.services import apply_document, export_document
from lifecycle.transitions import InputRefused
from tests.detection.shops import Shop
from tests.factories import make_service

pytestmark = pytest.mark.django_db
FILE = """
sources:
  shop:
    name: Shop
    kind: sqlite
    options: {path: shop.db}
metrics:
  payments:
    name: Payments
    dimensions: [merchant]
    lateness: 120
    service: card-payments
    collection: {source: shop, table: payments, time_column: at, labels: {merchant: merchant}}
rules:
  - name: Too few
    metric: payments
    kind: threshold
    parameters: {direction: below, value: 3}
    service: card-payments
    level: 2
    title: "{series} at {value}"
"""


@pytest.fixture(autouse=True)
def _shop(tmp_path: Path, settings: Any) -> None:
    settings.SOURCE_FILES = str(tmp_path)
    Shop(tmp_path)
    make_service(slug="card-payments")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("detection", *arguments, stdout=out)
    return out.getvalue()


def test_a_file_is_applied_once_and_then_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "detection.yaml"
    path.write_text(FILE)
    told = run("apply", str(path), "--dry-run")
    assert "+ source shop" in told
    assert "+ rule payments · Too few" in told
    assert not Source.objects.exists()
    assert run("apply", str(path)) == told.replace("would change", "changed")
    assert Collection.objects.get().labels == {"merchant": "merchant"}
    assert run("apply", str(path)) == "nothing to change\n"
    path.write_text(FILE.replace("120", "180").replace("value: 3", "value: 5"))
    assert "    - lateness: 120\n    + lateness: 180\n" in run("apply", str(path))
    assert Rule.objects.get().parameters["value"] == 5
    assert Rule.objects.get().version == 2


def test_what_is_exported_is_what_is_applied(settings: Any) -> None:
    apply_document(read_document(FILE))
    text = write_document(export_document())
    assert apply_document(read_document(text)) == []
    Collection.objects.all().delete()
    assert [change.what for change in apply_document(read_document(text))] == ["collection"]
    assert run("export") == write_document(export_document())


def test_a_file_is_applied_whole_or_not_at_all() -> None:
    with pytest.raises(InputRefused) as refused:
        apply_document(read_document(FILE.replace("kind: threshold", "kind: guess")))
    assert "rules.Too few.kind" in refused.value.errors
    assert not Source.objects.exists()
    assert not Metric.objects.exists()


def test_a_password_does_not_belong_into_a_file(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]
    place = "kind: postgresql\n    options: {host: 127.0.0.1, database: shop}\n    "
    text = f"sources:\n  mart:\n    name: Mart\n    {place}secret: hunter2\n"
    with pytest.raises(InputRefused, match="do not belong"):
        apply_document(read_document(text))
    apply_document(read_document(text.replace("secret: hunter2", "secret_env: MAINSTAY_SOURCE_SECRET_MART")))
    assert "MAINSTAY_SOURCE_SECRET_MART" in write_document(export_document())
    assert apply_document(read_document(text.replace("secret: hunter2", ""))) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- 1",
        "sources: 7",
        "metrics: {a: 1}",
        "rules: {a: {}}",
        "others: {}",
        "sources: {a: {name: x}, a: {name: y}}",
        "a: &a [1]\nsources: *a",
        "!!python/object/apply:os.system ['true']",
        "sources: {" * 5000,
        "x: [" + "a" * 2_000_000,
        "sources: {a: {options: \x00}}",
    ],
)
def test_what_is_no_definition_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(InputRefused, match=r"file|definitions|YAML"):
        read_document(text)


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ("interval: soon", "interval"),
        ("interval: true", "interval"),
        ("interval: -5", "interval"),
        ("dimensions: 7", "dimensions"),
        ("colour: red", "colour"),
        ("service: nowhere", "service"),
        ("collection: {source: nowhere}", "source"),
        ("collection: {}", "source"),
        ("collection: 7", "collection"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(part: str, field: str) -> None:
    with pytest.raises(InputRefused) as refused:
        apply_document(read_document(f"metrics:\n  payments:\n    name: Payments\n    {part}\n"))
    assert list(refused.value.errors) == [f"metrics.payments.{field}"]


def test_the_running_example_ships_as_a_template() -> None:
    assert starter_names() == ["payments"]
    apply_document({**read_document(FILE), "metrics": {}, "rules": []})
    run("template", "payments", "--source", "shop", "--set", "time_column=at")
    metric = Metric.objects.get()
    assert metric.dimensions == ["merchant", "category"]
    assert metric.collection.time_column == "at"
    with pytest.raises(InputRefused, match="no such template"):
        starter("../../etc/passwd", "shop")


def test_the_command_tells_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("sources: 7")
    with pytest.raises(CommandError, match="sources"):
        run("apply", str(path))
    with pytest.raises(CommandError, match="cannot be read"):
        run("apply", str(tmp_path / "none.yaml"))
    assert yaml.safe_load(run("export")) == {}

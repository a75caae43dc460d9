"""Many rows in one statement: what is written is what ``bulk_update`` would write."""

from datetime import timedelta

import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from lifecycle import clock
from lifecycle.rows import update_rows
from notifications.models import Delivery
from tests.factories import make_incident
from tests.notifications.outbox import make_page

pytestmark = pytest.mark.django_db


def pages() -> list[Delivery]:
    return [make_page(incident=make_incident())[0] for _number in range(3)]


def test_each_row_gets_its_own_values_in_one_statement() -> None:
    rows, now = pages(), clock.now()
    leader = make_page(incident=make_incident())[0]
    for number, row in enumerate(rows):
        row.provider_id, row.sent_at = f"SM{number} “%s”", now + timedelta(seconds=number)
        row.bundled_into = leader if number else None
        row.body = "not among the fields"
    with CaptureQueriesContext(
        connection,
    ) as queries:
        update_rows(rows, ["provider_id", "sent_at", "bundled_into"])
    assert len(queries) == 1
    for row in rows:
        held = Delivery.objects.get(pk=row.pk)
        assert (held.provider_id, held.sent_at) == (row.provider_id, row.sent_at)
        assert held.bundled_into_id == row.bundled_into_id
        assert held.body != row.body
    assert Delivery.objects.get(pk=leader.pk).provider_id == ""


def test_what_is_too_long_is_refused_and_not_cut() -> None:
    rows = pages()
    rows[0].provider = "x" * 31
    with pytest.raises(DataError):
        update_rows(rows, ["provider"])


def test_no_rows_are_no_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        update_rows([], ["provider"])
    assert len(queries) == 0

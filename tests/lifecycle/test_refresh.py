"""Reading a protected status anew is safe in threads."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from incidents.models import Incident
from tests.factories import make_incident


@pytest.mark.django_db(transaction=True)
def test_many_threads_refresh_stateful_records_at_once() -> None:
    pk = make_incident().pk

    def refresh(_turn: int) -> str:
        try:
            incident = Incident.objects.get(pk=pk)
            for _again in range(20):
                incident.refresh_from_db()
            return str(incident.status)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(refresh, range(16))) == {"reported"}


@pytest.mark.django_db
def test_a_status_cannot_be_assigned() -> None:
    incident = make_incident()
    with pytest.raises(AttributeError):
        incident.status = "closed"
    incident.refresh_from_db()
    with pytest.raises(AttributeError):
        incident.status = "closed"

"""What is read at one moment stays as it was, whoever writes meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from catalog.models import BusinessLine
from lifecycle.snapshot import at_one_moment, one_moment

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(name: str, new: str) -> None:
    """Rename a business line through another connection."""

    def rename() -> None:
        BusinessLine.objects.filter(name=name).update(name=new)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(rename).result()


@pytest.fixture
def line() -> BusinessLine:
    return BusinessLine.objects.create(name="Online", slug="online", path="1/")


def test_every_query_sees_the_same_moment(line: BusinessLine) -> None:
    with one_moment():
        assert BusinessLine.objects.get().name == "Online"
        elsewhere("Online", "Shops")
        assert BusinessLine.objects.get().name == "Online"
    assert BusinessLine.objects.get().name == "Shops"


def test_whoever_is_overtaken_looks_again(line: BusinessLine) -> None:
    seen = []

    @at_one_moment
    def read_and_lock() -> str:
        seen.append(BusinessLine.objects.get().name)
        if len(seen) == 1:
            elsewhere("Online", "Shops")
        return BusinessLine.objects.select_for_update().get().name

    assert read_and_lock() == "Shops"
    assert seen == ["Online", "Shops"]


def test_other_failures_are_not_tried_again(line: BusinessLine) -> None:
    calls = []

    @at_one_moment
    def fail() -> None:
        calls.append(1)
        raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert len(calls) == 1

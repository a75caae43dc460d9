"""What refuses a start."""

import pytest
from django.conf import LazySettings

from notifications.checks import check_lease


def test_a_lease_shorter_than_two_answers_of_a_carrier_is_refused(settings: LazySettings) -> None:
    assert check_lease() == []
    settings.PAGING_LEASE = 2 * settings.CARRIER_TIMEOUT
    assert [complaint.id for complaint in check_lease()] == ["notifications.E001"]
    settings.PAGING_LEASE += 1
    assert check_lease() == []


@pytest.mark.parametrize("name", ["PAGING_LEASE", "PAGING_RETRY", "CARRIER_TIMEOUT"])
def test_what_fault_tests_shorten_is_long_by_default(name: str, settings: LazySettings) -> None:
    assert getattr(settings, name) >= 10

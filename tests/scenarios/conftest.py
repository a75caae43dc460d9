"""Fixtures of the scenarios. Imports stand inside: pytest reads this file before Django's settings exist."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.conf import LazySettings

    from catalog.models import Person
    from notifications.fake_carrier.phones import Inbox, Phone
    from notifications.fake_carrier.server import FakeCarrier
    from tests.scenarios.stage import Duty


@pytest.fixture
def carrier(live_server: Any, settings: "LazySettings") -> "Iterator[FakeCarrier]":
    """The fake carrier, connected with the live server in both directions."""
    from tests.scenarios.stage import connect_carrier

    with connect_carrier(live_server, settings) as running:
        yield running


@pytest.fixture
def one_way(db: None, settings: "LazySettings") -> "Iterator[FakeCarrier]":
    """The fake carrier for stories in which nobody answers back: no server, no transaction to undo by hand."""
    from tests.scenarios.stage import connect_one_way

    with connect_one_way(settings) as running:
        yield running


@pytest.fixture
def phone(carrier: "FakeCarrier") -> "Callable[[Person], Phone]":
    return lambda person: carrier.phone(person.phone, name=person.name)


@pytest.fixture
def inbox(carrier: "FakeCarrier") -> "Callable[[Person], Inbox]":
    return lambda person: carrier.inbox(person.email)


@pytest.fixture
def duty(transactional_db: None) -> "Duty":
    from tests.scenarios.stage import make_duty

    return make_duty()


@pytest.fixture
def cycle() -> Callable[[], None]:
    from tests.scenarios.stage import tick

    return tick

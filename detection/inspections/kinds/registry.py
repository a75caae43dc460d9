"""What a kind of inspection is, and the register of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.functional import Promise

LONGEST_KEY = 500


@dataclass(frozen=True)
class Fact:
    """One thing that an inspection saw. ``key`` is what makes it the same thing next time, so nothing that changes from
    day to day belongs into it. ``service`` and ``owner`` are keys of records; ``link`` is a page of ours."""

    key: str
    title: str
    description: str = ""
    service: int | None = None
    owner: int | None = None
    link: str = ""


@dataclass(frozen=True)
class Seen:
    """What one look answers. ``unknown``: keys that could not be judged: what stands of them is left as it is."""

    facts: list[Fact]
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Look:
    """``now`` is the moment of the look, ``today`` the day it is then in the inspection's zone."""

    parameters: Mapping[str, Any]
    now: datetime
    today: date

    def before(self, days: float) -> datetime:
        return self.now - timedelta(days=days)


class ParametersForm(forms.Form):
    """What a kind asks for. Its fields clean to what JSON can keep: texts, numbers, yes or no."""


@dataclass(frozen=True)
class Kind:
    """``look`` reads and changes nothing; it may raise SourceError, whose words are shown. ``asks_source``: it takes a
    query of somebody's own, which only those may write who may see what lies in the source. ``group``: the heading it
    stands under."""

    slug: str
    label: str | Promise
    about: str | Promise
    group: str | Promise
    look: Callable[[Look], Seen]
    form: type[ParametersForm] = field(default=ParametersForm)
    icon: str = "shield-check"
    asks_source: bool = False


KINDS: dict[str, Kind] = {}
"""By ``Inspection.kind``."""


def register(kind: Kind) -> Kind:
    """Enter a kind; the same slug again replaces it."""
    KINDS[kind.slug] = kind
    return kind

"""How the pages about on-call write figures."""

from datetime import datetime, timedelta

from django import template

from catalog.models import Person

register = template.Library()


@register.filter
def of_person(moments: dict[int, datetime], person: Person) -> datetime | None:
    return moments.get(person.pk)


@register.filter
def hours(length: timedelta) -> int:
    return round(length / timedelta(hours=1))


@register.filter
def balance(share: float) -> str:
    """0.1 is +10 %."""
    return f"{round(share * 100):+d} %"

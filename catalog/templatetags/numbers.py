"""Big numbers in groups of three, in both languages."""

from django import template

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """1240000 -> "1,240,000"."""
    return f"{number:,}"

"""What the templates of meetings ask."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def of_item(offers: dict[int, list[Any]], item: Any) -> list[Any]:
    """The verbs that the reader may use on the item."""
    return offers.get(item.pk, [])

"""Names in a row, as the reader's language writes them."""

from collections.abc import Iterable

from django.utils.translation import pgettext


def listed(values: Iterable[object]) -> str:
    """``["Ann", "Bo"]`` -> "Ann, Bo"; Chinese has a comma of its own for this."""
    return pgettext("between the names of a list", ", ").join(str(value) for value in values)

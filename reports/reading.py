"""Figures as a reader may read them: numbers count every incident, names are those of the incidents they may see."""

from typing import Any

from catalog.models import Person
from incidents.presentation.veiling import unseen_of


def for_reader(numbers: dict[str, Any], reader: Person) -> dict[str, Any]:
    """The figures without the worst incidents that are not for the reader; what is stored stays as it is."""
    unseen = unseen_of([line["id"] for line in numbers["top"]], reader)
    return {**numbers, "top": [line for line in numbers["top"] if line["id"] not in unseen]}

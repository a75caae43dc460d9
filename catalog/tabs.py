"""Tabs over a page, as templates/parts/tabs.html draws them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tab:
    """A link to a part of the page; ``count`` stands beside its label, in the colour of ``tone`` ("bad")."""

    label: str
    url: str
    is_current: bool
    count: int | str | None = None
    tone: str = ""

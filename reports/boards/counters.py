"""Numbers of a board as parts/kpi.html shows them: each with the address of the rows behind it."""

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from incidents.tabs import MOST_COUNTED


def counter(label: str, count: int, url: str, *, tone: str = "", icon: str = "", note: str = "") -> dict[str, Any]:
    """``tone`` holds only while there is something to count."""
    value = f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}"
    return {"label": label, "value": value, "url": url, "tone": tone if count else "", "icon": icon, "note": note}


def list_counter(
    label: str, count: int, *, tab: str, tone: str = "", icon: str = "", note: str = "", **filters: str
) -> dict[str, Any]:
    """Its rows stand in the incident list."""
    return counter(label, count, list_url(tab, **filters), tone=tone, icon=icon, note=note)


def list_url(tab: str, **filters: str) -> str:
    return f"{reverse('incidents:list')}?{urlencode({'tab': tab, **filters})}"

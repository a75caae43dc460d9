"""The links of the frame. A page that an app does not have (yet) is left out."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Person


@dataclass(frozen=True)
class Place:
    """A page of the rail: ``key`` is the letter after "g"; ``everybody``: reporters too."""

    label: Promise
    page: str
    icon: str
    key: str
    everybody: bool = False


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    icon: str
    key: str
    is_current: bool
    count: int | None


PLACES = (
    Place(_("Boards"), "boards:own", "nav-dashboard", "b"),
    Place(_("Incidents"), "incidents:list", "nav-incidents", "i", everybody=True),
    Place(_("Approvals"), "incidents:approvals", "nav-approvals", "a"),
    Place(_("Action items"), "incidents:actions", "list-details", "k"),
    Place(_("Mail"), "incidents:mails", "mail", "e"),
    Place(_("Problems"), "problems:list", "nav-problems", "p"),
    Place(_("Postmortems"), "postmortems:list", "nav-postmortems", "m"),
    Place(_("Detection"), "detection:list", "nav-detection", "t"),
    Place(_("Inspections"), "inspections:list", "shield-check", "k"),
    Place(_("On-call"), "notifications:oncall", "nav-oncall", "o"),
    Place(_("Meeting"), "meetings:list", "nav-meeting", "w"),
    Place(_("Reports"), "reports:list", "nav-reports", "r"),
    Place(_("Catalogue"), "catalog:services", "nav-catalogue", "c"),
    Place(_("Pager"), "notifications:pager", "nav-pager", "n"),
    Place(_("Incident settings"), "incidents:settings", "settings", "s"),
)


def links_for(request: HttpRequest, person: Person, counts: dict[str, int]) -> list[Link]:
    """The places this person has, the one that holds the present page marked."""
    places = [(place, _address(place)) for place in PLACES if place.everybody or person.is_colleague]
    known = [(place, url) for place, url in places if url]
    here = max((url for _place, url in known if request.path.startswith(url)), key=len, default="")
    return [
        Link(str(place.label), url, place.icon, place.key, url == here, counts.get(place.page)) for place, url in known
    ]


def _address(place: Place) -> str:
    try:
        return reverse(place.page)
    except NoReverseMatch:
        return ""

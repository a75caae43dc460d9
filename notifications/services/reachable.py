"""By which channels a person can be reached at all, and why not by the others."""

from catalog.models import Person
from notifications.services.addressing import address
from notifications.ways import PERSONAL


def usable_channels(person: Person) -> set[str]:
    return {channel for channel in PERSONAL if address(person, channel)[0]}


def unusable_channels(person: Person) -> dict[str, str]:
    """Channel -> why not, in English: translated where it is shown."""
    return {channel: why for channel in PERSONAL if (why := address(person, channel)[1])}

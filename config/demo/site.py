"""What an administrator of the demo's company has set up: office hours, a field of its own, a template."""

from catalog.models import Service
from incidents.models import Degree
from incidents.services import settings

OFFICE_DAYS = ("mon", "tue", "wed", "thu", "fri")


def set_site_up(service: Service) -> None:
    """Nothing is reported by it yet: a calendar, a custom field and a template wait to be used."""
    settings.add_calendar(
        name="Office hours, Shanghai",
        time_zone="Asia/Shanghai",
        hours={day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in OFFICE_DAYS},
        holidays=[],
        holiday_country="CN",
        extra_workdays=[],
    )
    settings.add_custom_field(key="acquirer", name="Acquirer", kind="choice", choices=["PG-1", "PG-2", "PG-3"])
    settings.add_template(
        name="Gateway refuses cards",
        title="Cards are refused at one gateway",
        description="Since when:\nWhich gateway:\nWhich error code:",
        service=service,
        impact=Degree.HIGH,
        urgency=Degree.HIGH,
        tags=["cards", "gateway"],
    )

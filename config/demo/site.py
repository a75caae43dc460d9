"""What an administrator of the demo's company has set up: office hours, a field of its own, a template."""

from catalog.models import Person, Service
from incidents.models import Degree
from incidents.services import settings
from incidents.services.views import save_view

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


def save_views(service: Service, engineer: Person) -> None:
    """A filter that a team shares, and one that somebody keeps for themselves."""
    team = service.operations_team
    save_view(actor=engineer, name="Missed in the past", query="tab=all&sla=breached&order=newest")
    save_view(actor=engineer, name="Card payments", query=f"tab=open&service={service.slug}", team=team)

"""How stable everything has to be; the report of the month before: written, talked about and signed."""

from datetime import timedelta
from decimal import Decimal

from config.demo.company import Company
from lifecycle import clock
from lifecycle.models import Via
from reports import services
from reports.models import Section, StabilityKind
from reports.period import Month
from reports.services.targets import set_target

TARGETS = [
    # kind, business line, service, percent
    (StabilityKind.UV, None, None, "99.95"),
    (StabilityKind.PV, None, None, "99.95"),
    (StabilityKind.TIME, None, None, "99.9"),
    (StabilityKind.UV, "restaurants", None, "99.99"),
    (StabilityKind.UV, None, "card-payments", "99.98"),
    (StabilityKind.TIME, None, "card-payments", "99.99"),
]


def set_targets(company: Company) -> None:
    """From before the demo's first incident on; some are kept and some are not."""
    since = clock.now().date() - timedelta(days=400)
    for kind, line, service, percent in TARGETS:
        set_target(
            actor=company.people["mona"],
            kind=kind,
            percent=Decimal(percent),
            valid_from=since,
            business_line=company.lines[line] if line else None,
            service=company.services[service] if service else None,
        )


def sign_last_month(company: Company) -> None:
    month, manager = Month.of(clock.now()).previous, company.people["mona"]
    services.write_report(
        month,
        actor=manager,
        via=Via.WEB,
        text="The first days with Mainstay. From next month on every service has an audience: stability is whole then.",
        wording={
            "kept": {
                "en": "Most targets were kept; those that were missed are on the agenda of the daily meeting.",
                "zh-hans": "大部分目标已达成；未达成的已列入每日例会议程。",
            }
        },
    )
    services.comment_on_report(
        month,
        actor=company.people["alice"],
        via=Via.WEB,
        section=Section.SLA,
        text="Nights are still too slow: the second on call got no call before the fifteenth minute.",
    )
    services.sign_report(month, actor=manager, via=Via.WEB)

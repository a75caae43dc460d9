"""The report of the month before: written, talked about and signed."""

from config.demo.company import Company
from lifecycle import clock
from lifecycle.models import Via
from reports import services
from reports.models import Section
from reports.period import Month


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

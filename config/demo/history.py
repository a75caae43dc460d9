"""A month of the demo company's incidents, each led through its life by the verbs that people use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from config.demo.company import Company
from config.demo.plans import work_through
from incidents import services
from incidents.models import CauseClass, ImpactSource, Incident, Level, Source
from lifecycle import clock
from lifecycle.models import Via
from problems.models import Problem
from problems.services import investigate_problem, link_incident, mark_known_error, raise_problem

DAYS = 45
SEED = 2026


@dataclass(frozen=True)
class Story:
    """What happens again and again. ``minutes``: shortest and longest outage; ``share``: of the users, in percent."""

    title: str
    service: str
    level: int
    minutes: tuple[int, int]
    share: float
    cause: str
    workaround: str
    resolution: str


STORIES = [
    Story(
        "Card success rate falls at one gateway",
        "card-payments",
        1,
        (25, 150),
        3.0,
        CauseClass.KNOWN_DEFECT,
        "Traffic moved to the second gateway",
        "Gateway client drains connections before a deployment",
    ),
    Story(
        "Login answers slowly",
        "login",
        2,
        (15, 90),
        1.2,
        CauseClass.RECURRING,
        "Two more instances started",
        "Session store moved to its own pool",
    ),
    Story(
        "Refund totals differ by one batch",
        "settlement",
        2,
        (60, 300),
        0.4,
        CauseClass.KNOWN,
        "Batch run again by hand",
        "Cut-over time of the bank file corrected",
    ),
    Story(
        "QR codes expire at once on some phones",
        "qr-payments",
        2,
        (20, 120),
        0.9,
        CauseClass.KNOWN,
        "Validity raised to ten minutes",
        "Clock offset of the terminals taken into account",
    ),
    Story(
        "Self-checkout screens stay black",
        "self-checkout",
        2,
        (30, 200),
        2.0,
        CauseClass.UNKNOWN,
        "Terminals restarted",
        "Watchdog restarts the screen process",
    ),
    Story(
        "Seat map loads slowly",
        "seat-booking",
        2,
        (20, 140),
        1.5,
        CauseClass.KNOWN,
        "Recommendation update reverted",
        "Query uses the new index",
    ),
    Story(
        "Question about an invoice of last year",
        "clinic-billing",
        3,
        (0, 0),
        0.0,
        CauseClass.KNOWN,
        "",
        "Explained to the customer",
    ),
    Story(
        "Game top-up fails for one bank",
        "game-top-up",
        2,
        (15, 75),
        0.8,
        CauseClass.KNOWN,
        "Bank hidden from the choice",
        "Bank renewed its certificate",
    ),
    Story(
        "Shop checkout returns errors",
        "shop-checkout",
        1,
        (10, 100),
        4.0,
        CauseClass.KNOWN,
        "Release rolled back",
        "Missing migration added to the release",
    ),
    Story(
        "Campus card balance shown late",
        "campus-card",
        3,
        (0, 0),
        0.0,
        CauseClass.KNOWN,
        "",
        "Cache lifetime shortened",
    ),
    Story(
        "Flight payment page in the wrong language",
        "flight-payment",
        3,
        (0, 0),
        0.0,
        CauseClass.KNOWN,
        "",
        "Language header respected",
    ),
]


class Historian:
    """Tells one incident after the other; the same every time but for the date it starts from."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.random = Random(SEED)  # noqa: S311 - a story, not a secret
        self.levels = {level.pk: level for level in Level.objects.all()}
        self.told: list[Incident] = []
        self.problems: dict[str, Problem] = {}

    def tell(self) -> list[Incident]:
        """Incidents of the last weeks, oldest first; the youngest few are still open."""
        now = clock.now()
        for moment in self._moments(now - timedelta(days=DAYS), now - timedelta(hours=20)):
            self._live_through(self.random.choice(STORIES), moment)
        self._leave_open(now)
        return self.told

    def _moments(self, start: datetime, end: datetime) -> list[datetime]:
        """When something breaks: up to twice a day, at any hour."""
        days = [start + timedelta(days=number) for number in range((end - start).days)]
        return sorted(
            day + timedelta(minutes=self.random.randrange(1380))
            for day in days
            for _turn in range(self.random.choice((0, 1, 1, 2)))
        )

    def _live_through(self, story: Story, occurred: datetime) -> None:
        """From the outage to the confirmed close."""
        rand, people = self.random, self.company.people
        engineer = people[rand.choice(("alice", "bob", "carol"))]
        reported = occurred + timedelta(minutes=rand.choice((1, 2, 3, 5, 12)))
        incident = self._report(story, occurred, reported, by_rule=story.level < 3 and rand.random() < 0.7)
        acknowledged = reported + timedelta(minutes=rand.choice((1, 2, 3, 4, 6, 9, 14, 35)))
        with clock.rehearse(acknowledged):
            services.acknowledge_incident(incident, actor=engineer, via=rand.choice((Via.VOICE, Via.SMS, Via.WEB)))
        end = acknowledged + timedelta(minutes=rand.randint(*story.minutes))
        if story.level < 3:
            work_through(incident, acknowledged, end)
            self._recover(story, incident, end)
        if incident.is_major:
            self._approve(story, incident, end + timedelta(minutes=20))
        resolved = end + timedelta(hours=rand.choice((1, 2, 5, 9, 14)))
        with clock.rehearse(resolved):
            services.resolve_incident(
                incident, actor=engineer, via=Via.WEB, resolution=story.resolution, cause_class=story.cause
            )
            self._link_problem(story, incident)
        with clock.rehearse(resolved + timedelta(hours=2)):
            services.confirm_incident(
                incident, actor=engineer, via=Via.WEB, note="The customer says on the phone that it works."
            )
            services.close_incident(incident, actor=engineer, via=Via.WEB)

    def _report(self, story: Story, occurred: datetime, reported: datetime, *, by_rule: bool) -> Incident:
        with clock.rehearse(reported):
            incident = services.open_incident(
                title=story.title,
                service=self.company.services[story.service],
                level=self.levels[story.level],
                source=Source.DETECTION if by_rule else self.random.choice((Source.HOTLINE, Source.WEB, Source.EMAIL)),
                via=Via.DETECTOR if by_rule else Via.WEB,
                actor=None if by_rule else self.company.people["alice"],
                occurred_at=occurred,
                reporter_name="" if by_rule else "Rita Wu",
                reporter_contact="" if by_rule else "rita@example.com",
            )
        self.told.append(incident)
        return incident

    def _recover(self, story: Story, incident: Incident, at: datetime) -> None:
        with clock.rehearse(at):
            services.recover_incident(incident, actor=incident.handler, via=Via.WEB, workaround=story.workaround)
            audience = incident.service.audience_on(at.date())
            if audience is not None:
                share = story.share * self.random.uniform(0.5, 1.5) / 100
                services.record_impact(
                    incident,
                    actor=incident.handler,
                    via=Via.WEB,
                    affected_users=int(audience.daily_users * share),
                    affected_page_views=int(audience.daily_page_views * share),
                    is_down=story.level == 1,
                    source=ImpactSource.ESTIMATE,
                )

    def _approve(self, story: Story, incident: Incident, at: datetime) -> None:
        engineer, manager = incident.handler, self.company.people["mona"]
        if engineer is None:
            return
        with clock.rehearse(at):
            solution = services.propose_solution(
                incident,
                actor=engineer,
                via=Via.WEB,
                text=story.resolution,
                risk="Low",
                rollback="Roll back the release",
            )
        with clock.rehearse(at + timedelta(minutes=15)):
            services.approve_solution(solution, actor=manager, via=Via.WEB, note="Go ahead outside the peak.")

    def _link_problem(self, story: Story, incident: Incident) -> None:
        """Everything but a known cause belongs to a problem: the first incident raises it, later ones join."""
        if story.cause == CauseClass.KNOWN:
            return
        known = self.problems.get(story.title)
        engineer = incident.handler
        if known is not None:
            link_incident(known, actor=engineer, via=Via.WEB, incident=incident)
            return
        problem = raise_problem(incident=incident, actor=engineer, via=Via.WEB)
        self.problems[story.title] = problem
        investigate_problem(problem, actor=engineer, via=Via.WEB)
        if story.cause == CauseClass.KNOWN_DEFECT:
            mark_known_error(
                problem,
                actor=engineer,
                via=Via.WEB,
                cause="The gateway closes connections that are still in use when it is deployed.",
                workaround=story.workaround,
                symptom=story.title,
            )

    def _leave_open(self, now: datetime) -> None:
        """What lies on the table this morning: one held, one transferred, one recovered, one fresh question."""
        people = self.company.people
        held = self._report(
            STORIES[2], now - timedelta(hours=3, minutes=20), now - timedelta(hours=3, minutes=12), by_rule=False
        )
        moved = self._report(STORIES[4], now - timedelta(hours=4), now - timedelta(hours=3, minutes=57), by_rule=True)
        well = self._report(STORIES[7], now - timedelta(hours=2), now - timedelta(hours=1, minutes=58), by_rule=True)
        with clock.rehearse(now - timedelta(hours=3)):
            services.acknowledge_incident(held, actor=people["bob"], via=Via.WEB)
            services.hold_incident(held, actor=people["bob"], via=Via.WEB, reason="Waiting for the bank's file")
        with clock.rehearse(now - timedelta(hours=3, minutes=50)):
            services.acknowledge_incident(moved, actor=people["carol"], via=Via.VOICE)
            services.transfer_incident(
                moved,
                actor=people["carol"],
                via=Via.WEB,
                team=self.company.developers,
                hand_over="Three shops; the screen process dies after the update of last night.",
            )
        with clock.rehearse(now - timedelta(hours=1, minutes=50)):
            services.acknowledge_incident(well, actor=people["alice"], via=Via.SMS)
        self._recover(STORIES[7], well, now - timedelta(hours=1, minutes=10))
        self._report(STORIES[6], now - timedelta(minutes=26), now - timedelta(minutes=25), by_rule=False)

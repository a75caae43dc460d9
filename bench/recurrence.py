"""What the recurrence detector finds in another company's log: ``python -m bench.recurrence [FILE.csv.gz [most]]``.

Feeds a ServiceNow event log (default: itil_uci_servicenow of ../shared/data) in time order into the product, never
looking ahead: an incident is reported with what its first row says, a problem that people linked becomes known with the
row that names it, and each incident is looked at at its own moment. Prints, of the incidents that carry a problem id at
any time, the share for which the detector raised or fed a problem, and the share for which the problem or the incidents
offered at triage are the right group (another incident of the same problem id is among them). And what that costs:
problems raised per 1,000 incidents, and the share of all incidents that were proposed, which guessing would reach too.
Stopped early (Ctrl-C), it tells what was measured until then.
"""

import csv
import gzip
import os
import secrets
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.postgres import Postgres

LOG = Path(__file__).resolve().parents[2] / "shared" / "data" / "itil_uci_servicenow" / "incident_event_log_dev.csv.gz"
UNKNOWN = "?"


@dataclass
class Ticket:
    """An incident of the log: its first row, and when which problem was first named."""

    number: str
    first: dict[str, str]
    at: datetime
    problems: dict[str, datetime] = field(default_factory=dict)


@dataclass
class Tally:
    incidents: int = 0
    proposed: set[str] = field(default_factory=set)
    right: set[str] = field(default_factory=set)
    offered: set[str] = field(default_factory=set)
    offered_any: int = 0


def main(path: Path, most: int | None = None) -> None:
    """``most``: the first so many incidents only."""
    tickets = read_log(path)[:most]
    home = Path(tempfile.mkdtemp(prefix="mainstay-bench-"))
    home.chmod(0o711)
    server = Postgres(home / "postgres", quick=True)
    try:
        server.start()
        _set_django_up(server.url)
        _run(tickets)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def read_log(path: Path) -> list[Ticket]:
    found: dict[str, Ticket] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            ticket = found.get(row["number"])
            if ticket is None:
                ticket = found[row["number"]] = Ticket(row["number"], row, _moment(row["opened_at"]))
            if row["problem_id"] != UNKNOWN:
                at = max(_moment(row["sys_updated_at"]), ticket.at)
                ticket.problems.setdefault(row["problem_id"], at)
    return sorted(found.values(), key=lambda ticket: (ticket.at, ticket.number))


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)


def _set_django_up(url: str) -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command

    os.environ.update(DATABASE_URL=url, MAINSTAY_SECRET_KEY=secrets.token_urlsafe(50), MAINSTAY_TLS="off")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    django.setup()
    call_command("migrate", verbosity=0)
    from lifecycle.signals import events_recorded

    events_recorded.disconnect(dispatch_uid="doorbell")  # there is no broker


def _run(tickets: list[Ticket]) -> None:
    from problems.models import Evidence, Problem

    started, tally = time.perf_counter(), Tally()
    replay = Replay(tickets)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for number, _ticket in enumerate(replay.steps(tally), start=1):
            if number % 500 == 0:
                print(f"  {number:,} of {len(tickets):,}", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print(f"stopped after {tally.incidents:,} of {len(tickets):,}")
    truth = {number: names for number, names in replay.truth.items() if number in replay.keys}
    spent = time.perf_counter() - started
    evidence = defaultdict(set)
    for problem, incident in Evidence.objects.values_list("problem", "incident"):
        evidence[problem].add(replay.numbers[incident])
    tally.proposed = set().union(*evidence.values()) if evidence else set()
    tally.right = _right_groups(evidence, truth)
    raised = Problem.objects.exclude(signature="").count()
    kinds = Counter(Problem.objects.exclude(signature="").values_list("signature", flat=True))
    by_kind = Counter(signature.partition(":")[0] for signature in kinds)
    _tell(tally, truth, raised, by_kind, spent)
    sizes = sorted(map(len, evidence.values())) or [0]
    print(f"incidents of a proposed problem, median and most       {statistics.median(sizes):>8.1f}  {sizes[-1]:,}")


class Replay:
    """Plays the log into the product. What people link is linked to a problem of theirs, as they would."""

    def __init__(self, tickets: list[Ticket]) -> None:
        self.tickets = tickets
        self.truth = {ticket.number: set(ticket.problems) for ticket in tickets if ticket.problems}
        self.numbers: dict[int, str] = {}
        self.keys: dict[str, int] = {}
        self.linked: dict[str, set[str]] = defaultdict(set)
        self.waiting = sorted((at, t.number, name) for t in tickets for name, at in t.problems.items())
        self.categories: dict[str, Any] = {}
        self.services: dict[str, Any] = {}

    def steps(self, tally: Tally) -> Iterator[Ticket]:
        from lifecycle import clock
        from problems.services.matching import similar_incidents
        from problems.services.recurring import look_at

        self.shared, self.level = _place()
        for ticket in self.tickets:
            self._link_until(ticket.at)
            with clock.rehearse(ticket.at):
                incident = self._report(ticket)
                if ticket.problems or tally.incidents % 10 == 0:
                    offered = similar_incidents(incident, person=None, most=5)
                    self._count_offer(tally, ticket, [self.numbers[each.incident.pk] for each in offered])
                look_at(incident)
            tally.incidents += 1
            yield ticket

    def _report(self, ticket: Ticket) -> Any:
        from incidents.models import Incident, Source
        from incidents.services.searching import index_incident

        row = ticket.first
        # "Symptom 42" stands for a word that was made anonymous, so it is one word here.
        known = {name: value.replace(" ", "") for name, value in row.items() if value != UNKNOWN}
        title = " ".join(known[name] for name in ("category", "subcategory", "u_symptom") if name in known)
        incident = Incident.objects.create(
            title=title or ticket.number,
            service=self._service(known.get("category", "unknown")),
            level=self.level,
            source=Source.IMPORT,
            category=self._category(known.get("subcategory", "")),
            external_reference=ticket.number,
            occurred_at=ticket.at,
            reported_at=ticket.at,
            tags=[known[name][:40] for name in ("location", "cmdb_ci") if name in known],
        )
        index_incident(incident)
        self.numbers[incident.pk], self.keys[ticket.number] = ticket.number, incident.pk
        return incident

    def _service(self, name: str) -> Any:
        """The log has no services; its first level of categories comes closest."""
        from tests.factories import make_service

        if name not in self.services:
            self.services[name] = make_service(name=name, **self.shared)
        return self.services[name]

    def _category(self, name: str) -> Any:
        from incidents.services.settings.categories import add_category

        if name and name not in self.categories:
            self.categories[name] = add_category(name=name)
        return self.categories.get(name)

    def _link_until(self, at: datetime) -> None:
        """Remember which incidents people have said belong together by then; the detector is not told, since these
        problems are what it is measured by."""
        while self.waiting and self.waiting[0][0] <= at:
            _at, number, name = self.waiting.pop(0)
            self.linked[name].add(number)

    def _count_offer(self, tally: Tally, ticket: Ticket, offered: list[str]) -> None:
        """Right where one of the five similar incidents is known by then to have the same problem."""
        tally.offered_any += bool(offered)
        if any(set(offered) & (self.linked[name] - {ticket.number}) for name in ticket.problems):
            tally.offered.add(ticket.number)


def _place() -> tuple[dict[str, Any], Any]:
    """What all services share, and the level of every incident."""
    from incidents.models import Level
    from tests.factories import make_service

    first = make_service()
    shared = ("business_line", "owner", "rd_leader", "operations_team")
    return {name: getattr(first, name) for name in shared}, Level.objects.get(pk=3)


def _right_groups(evidence: dict[int, set[str]], truth: dict[str, set[str]]) -> set[str]:
    """The incidents that stand in one proposed problem with another one of the same problem id."""
    right = set()
    for group in evidence.values():
        carrying = [number for number in group if number in truth]
        for number in carrying:
            if any(other != number and truth[other] & truth[number] for other in carrying):
                right.add(number)
    return right


def _tell(tally: Tally, truth: dict[str, set[str]], raised: int, kinds: Counter[str], spent: float) -> None:
    of_problem = Counter(name for names in truth.values() for name in names)
    grouped = {number for number, names in truth.items() if any(of_problem[name] > 1 for name in names)}
    hits, right = tally.proposed & set(truth), tally.right | tally.offered
    print(f"incidents                                              {tally.incidents:>8,}")
    print(f"  carrying a problem id                                {len(truth):>8,}")
    print(f"  of them with another incident of the same id         {len(grouped):>8,}")
    print(f"proposed a problem, of those carrying an id            {_share(len(hits), len(truth))}")
    print(f"right group, of those that have one                    {_share(len(right & grouped), len(grouped))}")
    print(f"  in the proposed problem                              {_share(len(tally.right & grouped), len(grouped))}")
    print(
        f"  among five similar incidents at triage               {_share(len(tally.offered & grouped), len(grouped))}"
    )
    print(f"proposed a problem or the right group                  {_share(len(hits | right), len(truth))}")
    print(f"problems raised per 1,000 incidents                    {raised / tally.incidents * 1000:>8.1f}")
    print(f"  by kind: {', '.join(f'{kind} {count}' for kind, count in kinds.most_common())}")
    print(f"share of all incidents that were proposed (guessing)   {_share(len(tally.proposed), tally.incidents)}")
    print(f"time per incident                                      {spent / tally.incidents * 1000:>8.1f} ms")


def _share(part: int, whole: int) -> str:
    return f"{part / whole * 100 if whole else 0:>7.1f} %  ({part:,} of {whole:,})"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else LOG, int(sys.argv[2]) if len(sys.argv) > 2 else None)

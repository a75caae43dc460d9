"""Inspections, runs and findings as the pages show them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from detection.inspections.kinds import KINDS
from detection.inspections.scoring import Score
from detection.models import TO_DO, Finding, FindingStatus, Inspection, InspectionRun, RunStatus

FACES = {FindingStatus.IN_PROGRESS: "running", FindingStatus.WAIVED: "bypassed"}
"""Statuses that are drawn as another one."""
RUN_FACES = {RunStatus.RUNNING: "running", RunStatus.FINISHED: "ok", RunStatus.FAILED: "failed"}
RISK_TONES = {"high": "is-bad", "medium": "is-warn", "low": ""}


@dataclass(frozen=True)
class Line:
    """A finding in a list."""

    finding: Finding
    face: str
    tone: str
    is_overdue: bool


def lines_of(findings: Any, today: date) -> list[Line]:
    return [Line(each, face_of(each), RISK_TONES.get(each.risk, ""), each.is_overdue_on(today)) for each in findings]


def face_of(finding: Finding) -> str:
    return FACES.get(FindingStatus(finding.status), str(finding.status))


def inspection_rows(today: date) -> list[dict[str, Any]]:
    """Every inspection with its last run and what stands of it; so many queries whatever their number."""
    latest = InspectionRun.objects.filter(inspection=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    found: list[Any] = list(Inspection.objects.select_related("owner", "service").annotate(last_run=Subquery(latest)))
    runs = InspectionRun.objects.in_bulk([each.last_run for each in found if each.last_run])
    counts = {
        row["inspection"]: row
        for row in Finding.objects.standing()
        .order_by()
        .values("inspection")
        .annotate(standing=Count("pk"), overdue=Count("pk", filter=Q(status__in=TO_DO, due_on__lt=today)))
    }
    return [
        {
            "inspection": each,
            "kind": kind_label(each),
            "run": (run := runs.get(each.last_run)),
            "run_face": RUN_FACES[run.status] if run else "never",
            "standing": counts.get(each.pk, {}).get("standing", 0),
            "overdue": counts.get(each.pk, {}).get("overdue", 0),
        }
        for each in found
    ]


def kind_label(inspection: Inspection) -> str:
    kind = KINDS.get(inspection.kind)
    return str(kind.label) if kind else inspection.kind


def parameter_words(inspection: Inspection) -> list[tuple[str, str]]:
    """(label, value) of what its kind asked for, in the words of the form."""
    kind = KINDS.get(inspection.kind)
    fields = kind.form.base_fields if kind else {}
    words = []
    for name, value in inspection.parameters.items():
        field = fields.get(name)
        choices = {str(key): str(label) for key, label in getattr(field, "choices", ())} if field else {}
        words.append((str(field.label) if field else name, choices.get(str(value), str(value)) or "–"))
    return words


def finding_kpis(today: date) -> list[dict[str, Any]]:
    address = reverse("inspections:findings")
    counts = Finding.objects.aggregate(
        todo=Count("pk", filter=Q(status__in=TO_DO)),
        overdue=Count("pk", filter=Q(status__in=TO_DO, due_on__lt=today)),
        done=Count("pk", filter=Q(status=FindingStatus.DONE)),
        waived=Count("pk", filter=Q(status=FindingStatus.WAIVED)),
    )
    return [
        {"label": _("To do"), "value": counts["todo"], "icon": "list-details", "url": f"{address}?status=to_do"},
        {
            "label": _("Overdue"),
            "value": counts["overdue"],
            "icon": "clock-exclamation",
            "url": f"{address}?status=overdue",
            "tone": "bad" if counts["overdue"] else "",
        },
        {
            "label": _("Done, to be seen again"),
            "value": counts["done"],
            "icon": "check",
            "url": f"{address}?status=done",
        },
        {
            "label": _("Risk borne"),
            "value": counts["waived"],
            "icon": "status-signed",
            "url": f"{address}?status=waived",
        },
    ]


PARTS = ("warned", "unfollowed", "young", "unplaced", "foretold", "missed")


def score_kpis(score: Score, query: str) -> list[dict[str, Any]]:
    """``query``: what the score was asked for, as it stands in the address."""
    labels = {
        "warned": (
            _("Findings an incident followed"),
            _("precision %(percent)s") % {"percent": share(score.precision)},
        ),
        "unfollowed": (_("Findings without an incident"), ""),
        "young": (_("Too early to say"), ""),
        "unplaced": (_("Findings of no service"), ""),
        "foretold": (_("Incidents warned of"), _("recall %(percent)s") % {"percent": share(score.recall)}),
        "missed": (_("Incidents not warned of"), ""),
    }
    return [
        {
            "label": label,
            "value": len(getattr(score, part)),
            "note": note,
            "url": f"{reverse('inspections:score-rows', args=[part])}?{query}",
        }
        for part, (label, note) in labels.items()
    ]


def share(percent: float | None) -> str:
    return "–" if percent is None else f"{percent:g} %"

"""A restricted incident with everything that can hang on an incident, for tests/test_restricted.py."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from catalog.models import Person, Role
from detection.models import Alert, Rule, Series
from incidents import services
from incidents.commands import ACTION_COMMANDS, INCIDENT_COMMANDS, PROPOSAL_COMMANDS, REPORT_COMMANDS, SOLUTION_COMMANDS
from incidents.intake.handling import handle_mail
from incidents.intake.quarantine import attach_mail
from incidents.models import ActionItem, InboundEmail, Incident
from incidents.models.action import ActionType
from incidents.services.attaching import NamedFile, attach_files
from lifecycle import clock
from notifications.models import Delivery
from postmortems.models import IssueKind, Postmortem
from postmortems.services import add_action, add_issue, open_actions, open_issues, start_postmortem
from problems.models import PlanRun, Problem
from problems.plan_commands import RUN_COMMANDS, STEP_COMMANDS
from problems.plan_steps import StepSpec
from problems.services import link_incident, planning, raise_problem
from tests.browser.demo import Demo
from tests.factories import make_incident, make_person, make_service, make_team

WORD = "Quietfox"
TITLE = f"{WORD} leaks the salaries"
MAIL = (
    b"From: Rita <rita@shop.example>\r\nTo: incidents@example.com\r\n"
    b"Subject: Quietfox again\r\n\r\nQuietfox was seen at nine."
)


@dataclass(frozen=True)
class Hidden:
    """The incident with everything that hangs on it, and who reads."""

    demo: Demo
    incident: Incident
    colleague: Person
    manager: Person
    parts: dict[str, int]
    relatives: list[Incident]
    problem: Problem
    postmortem: Postmortem

    def addresses(self) -> dict[str, list[dict[str, Any]]]:
        """The longest beginning of the route decides, as in tests/browser/addresses.py."""
        pk = {"pk": self.incident.pk}
        parts = {name: {"pk": number} for name, number in self.parts.items()}
        postmortem = {"pk": self.postmortem.pk, "key": "summary"}

        def each(values: dict[str, Any], verbs: Any) -> list[dict[str, Any]]:
            return [{**values, "verb": verb} for verb in verbs]

        return {
            "incidents/<number:pk>/": [pk],
            "incidents/<int:pk>/": [pk],
            "incidents/<number:pk>/<slug:verb>/": each(pk, INCIDENT_COMMANDS),
            "incidents/<number:pk>/paging/": each(pk, ("page-step", "skip", "page", "add")),
            "incidents/<number:pk>/report/": [pk],
            "incidents/<number:pk>/impact/": [{"pk": self.incident.pk, "impact": self.parts["impact"]}],
            "impacts/": [parts["impact"]],
            "incidents/<number:pk>/report/<slug:verb>/": each(pk, REPORT_COMMANDS),
            "incidents/mail/": [parts["mail"]],
            "incidents/mail/<int:pk>/<slug:verb>/": each(parts["mail"], ("accept", "attach", "discard")),
            "incidents/attachments/": [parts["attachment"]],
            "attachments/": [parts["attachment"]],
            "incidents/solutions/": [parts["solution"]],
            "incidents/solutions/<int:pk>/<slug:verb>/": each(parts["solution"], SOLUTION_COMMANDS),
            "solutions/": [parts["solution"]],
            "incidents/proposals/": [parts["proposal"]],
            "incidents/proposals/<int:pk>/<slug:verb>/": each(parts["proposal"], PROPOSAL_COMMANDS),
            "proposals/": [parts["proposal"]],
            "major-reports/": [pk],
            "pages/": [pk],
            "drills/": [pk],
            "chat-groups/": [pk],
            "detection/incidents/": [pk],
            "problems/link/": [{"incident_pk": self.incident.pk}],
            "problems/plans/attach/": [{"incident_pk": self.incident.pk}],
            "plan-runs/": [parts["run"]],
            "plan-runs/<int:pk>/steps/": [{**parts["run"], "step": self.parts["step"]}],
            "problems/plans/runs/": [parts["run"]],
            "problems/plans/runs/<int:pk>/<slug:verb>/": each(parts["run"], RUN_COMMANDS),
            "problems/plans/runs/<int:pk>/steps/": each({**parts["run"], "step": self.parts["step"]}, STEP_COMMANDS),
            "postmortems/<int:pk>/texts/": [postmortem],
            "postmortems/<int:pk>/print/": [postmortem],
            "postmortems/<int:pk>/export.md": [postmortem],
            "reports/postmortems/": [postmortem],
            "actions/": [parts["action"]],
            "actions/<int:pk>/<slug:verb>/": each(parts["action"], ACTION_COMMANDS),
        }


def hide(demo: Demo) -> Hidden:
    insider, manager = make_person(Role.OPERATIONS, name="Ines"), make_person(Role.INCIDENT_MANAGER, name="Max")
    service = make_service(name="Payroll", operations_team=make_team(insider))
    as_insider: dict[str, Any] = {"actor": insider, "via": "web"}
    incident = make_incident(
        service=service, title=TITLE, description=f"{WORD} reads them.", level=1, tags=[WORD.lower()]
    )
    services.acknowledge_incident(incident, **as_insider)
    services.restrict_incident(incident, is_restricted=True, participants=[], **as_insider)
    services.add_note(incident, text=f"{WORD} was here", **as_insider)
    attach_files(incident, files=[NamedFile(f"{WORD}.log", b"08:00 it began")], **as_insider)
    solution = services.propose_solution(incident, text=f"Lock {WORD} out", **as_insider)
    services.record_impact(incident, started_at=clock.now(), affected_users=7, **as_insider)
    proposed = make_incident(service=service, title=f"{TITLE} twice", level=2)
    services.acknowledge_incident(proposed, **as_insider)
    services.restrict_incident(proposed, is_restricted=True, participants=[], **as_insider)
    proposal = services.propose_major(proposed, reason=f"{WORD} has everything", **as_insider)
    relatives = relate(incident, insider)
    mail = take_in(incident, insider)
    alert(incident)
    deliver(incident, insider)
    services.recover_incident(incident, **as_insider)
    problem = raise_problem(incident=incident, title="Passwords are weak", description="They are.", **as_insider)
    link_incident(problem, incident=relatives[0], **as_insider)
    run = work_by_plan(incident, insider)
    postmortem, action = review(incident, relatives[0], insider)
    parts = {
        "attachment": incident.attachments.get().pk,
        "solution": solution.pk,
        "proposal": proposal.pk,
        "mail": mail.pk,
        "impact": incident.impacts.get().pk,
        "action": action.pk,
        "run": run.pk,
        "step": run.steps.get().pk,
    }
    colleague = make_person(Role.OPERATIONS, name="Otto", username="otto")
    return Hidden(demo, incident, colleague, manager, parts, relatives, problem, postmortem)


def relate(incident: Incident, insider: Person) -> list[Incident]:
    """A visible child, a visible duplicate; and a visible incident that was a duplicate for a moment."""
    child, duplicate, once = (make_incident(title=f"Relative {number}") for number in range(3))
    for each in (child, duplicate, once):
        services.acknowledge_incident(each, actor=insider, via="web")
    services.set_parent(child, actor=insider, via="web", parent=incident)
    services.merge_incident(duplicate, actor=insider, via="web", target=incident)
    services.merge_incident(once, actor=insider, via="web", target=incident)
    services.unmerge_incident(once, actor=insider, via="web")
    return [child, duplicate, once]


def take_in(incident: Incident, insider: Person) -> InboundEmail:
    mail = handle_mail(MAIL, via="imap")
    attach_mail(mail, actor=insider, incident=incident)
    return mail


def alert(incident: Incident) -> None:
    Alert.objects.create(
        rule=Rule.objects.latest("pk"),
        series=Series.objects.latest("pk"),
        incident=incident,
        started_at=clock.now(),
        opened_at=clock.now(),
        last_seen_at=clock.now(),
        peak=1.0,
    )


def deliver(incident: Incident, insider: Person) -> None:
    Delivery.objects.create(
        incident=incident,
        recipient=insider,
        channel="email",
        purpose="page",
        dedup_key="of-the-restricted",
        body=f"{WORD} was seen",
        status="failed",
    )


def work_by_plan(incident: Incident, insider: Person) -> PlanRun:
    """A plan that every colleague may read, with a note of this incident beside its step."""
    as_insider: dict[str, Any] = {"actor": insider, "via": "web"}
    plan = planning.add_plan(name="Lock an account", actor=None, via="system")
    planning.save_draft(plan, actor=None, via="system", steps=[StepSpec(kind="manual", text="Lock it")])
    planning.publish_version(plan, actor=None, via="system")
    run = planning.start_plan(planning.attach_plan(incident, plan=plan, **as_insider), **as_insider)
    planning.note_step(run.steps.get(), text=f"{WORD} fights back", **as_insider)
    return run


def review(incident: Incident, relative: Incident, insider: Person) -> tuple[Postmortem, ActionItem]:
    as_insider: dict[str, Any] = {"actor": insider, "via": "web"}
    postmortem = start_postmortem(incidents=[incident, relative], title="How it went", **as_insider)
    open_issues(postmortem, **as_insider)
    issue = add_issue(postmortem, text=f"Nobody saw {WORD}", kind=IssueKind.PROCESS, **as_insider)
    open_actions(postmortem, **as_insider)
    due_on = clock.now().date() + timedelta(days=7)
    action = add_action(
        postmortem,
        title=f"Watch {WORD}",
        type=ActionType.DETECT,
        owner=insider,
        due_on=due_on,
        issues=[issue],
        **as_insider,
    )
    return postmortem, action

"""Every verb of incidents and solutions once: its service, what it asks for, and whom it is offered to.

Pages and API both read this table, so that they cannot disagree.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from incidents import forms as asks
from incidents import permissions, services
from incidents.models import Incident, Solution
from lifecycle.models import StatefulRecord
from lifecycle.transitions import Offer, TransitionRefused, declared, offers

Condition = Callable[[Any, Person], bool]


@dataclass(frozen=True)
class Command:
    """A verb. Transitions take label, rank, permission and guards from the model; other verbs state them here.

    ``blocked`` answers why the verb is not possible now, or an empty string.
    """

    verb: str
    service: Callable[..., Any]
    form: type[forms.Form] = asks.EmptyForm
    icon: str = "arrow-right"
    key: str = ""
    label: str | Promise = ""
    rank: int = 50
    permission: Condition | None = None
    blocked: Callable[[Any], str | Promise] = lambda _record: ""

    @property
    def is_transition(self) -> bool:
        return self.permission is None

    @property
    def is_versioned(self) -> bool:
        return "expected_version" in inspect.signature(self.service).parameters

    def run(self, record: StatefulRecord, *, actor: Person, via: str, version: int | None, **values: Any) -> Any:
        """Call the service; ``version`` is that of the record as the actor saw it."""
        if reason := str(self.blocked(record)):
            allowed = [offer.verb for offer in offered(record, actor) if offer.is_allowed]
            status = getattr(record, "status", "")
            raise TransitionRefused(status=status, verb=self.verb, reason=reason, allowed=allowed)
        if self.is_versioned:
            values["expected_version"] = version
        return self.service(record, actor=actor, via=via, **values)


def _over(incident: Incident) -> str | Promise:
    return _("The incident is over.") if incident.is_over else ""


def _major_or_over(incident: Incident) -> str | Promise:
    return _("It is a major incident already.") if incident.is_major else _over(incident)


def _notes(incident: Incident, person: Person) -> bool:
    return permissions.responds(incident, person) or incident.reporter_id == person.pk


INCIDENT_COMMANDS: dict[str, Command] = {
    command.verb: command
    for command in (
        Command("acknowledge", services.acknowledge_incident, icon="status-acknowledged", key="a"),
        Command("recover", services.recover_incident, asks.RecoverForm, "status-recovered"),
        Command("transfer", services.transfer_incident, asks.TransferForm, "status-transferred"),
        Command("accept", services.accept_incident, icon="check"),
        Command("refuse", services.refuse_incident, asks.ReasonForm, "thumb-down"),
        Command("hold", services.hold_incident, asks.HoldForm, "status-pending"),
        Command("resume", services.resume_incident, icon="refresh"),
        Command("resolve", services.resolve_incident, asks.ResolveForm, "status-resolved"),
        Command("confirm", services.confirm_incident, asks.ConfirmForm, "thumb-up"),
        Command("close", services.close_incident, icon="status-closed"),
        Command("reopen", services.reopen_incident, asks.ReopenForm, "arrow-forward-up"),
        Command("cancel", services.cancel_incident, asks.ReasonForm, "status-cancelled"),
        Command("merge", services.merge_incident, asks.MergeForm, "copy"),
        Command("unmerge", services.unmerge_incident, icon="refresh"),
        Command(
            "change_level",
            services.change_level,
            asks.ChangeLevelForm,
            "adjustments",
            label=_("Change level"),
            rank=20,
            permission=permissions.handles,
            blocked=_over,
        ),
        Command(
            "declare_major",
            services.declare_major,
            asks.ReasonForm,
            "speakerphone",
            label=_("Declare major incident"),
            rank=21,
            permission=permissions.manages,
            blocked=_major_or_over,
        ),
        Command(
            "assign",
            services.assign_incident,
            asks.AssignForm,
            "user",
            label=_("Assign"),
            rank=22,
            permission=permissions.handles,
        ),
        Command(
            "note",
            services.add_note,
            asks.TimelineNoteForm,
            "note",
            label=_("Add to the timeline"),
            rank=30,
            permission=_notes,
        ),
        Command(
            "record_impact",
            services.record_impact,
            asks.ImpactForm,
            "users",
            label=_("Record impact"),
            rank=31,
            permission=permissions.resolves,
        ),
        Command(
            "propose_solution",
            services.propose_solution,
            asks.ProposeForm,
            "tool",
            label=_("Propose a solution"),
            rank=32,
            permission=permissions.resolves,
            blocked=_over,
        ),
    )
}
SOLUTION_COMMANDS: dict[str, Command] = {
    command.verb: command
    for command in (
        Command("approve", services.approve_solution, asks.NoteForm, "thumb-up", key="a"),
        Command("reject", services.reject_solution, asks.ReasonForm, "thumb-down", key="r"),
        Command("bypass", services.bypass_solution, asks.ReasonForm, "rocket"),
    )
}
TABLES: dict[type[StatefulRecord], dict[str, Command]] = {Incident: INCIDENT_COMMANDS, Solution: SOLUTION_COMMANDS}


def commands_of(record: StatefulRecord) -> dict[str, Command]:
    return TABLES[type(record)]


def offered(record: StatefulRecord, person: Person) -> list[Offer]:
    """Everything the person may do to the record now, blocked verbs with the reason; best first."""
    others = [
        _offer(command, record)
        for command in commands_of(record).values()
        if command.permission is not None and command.permission(record, person)
    ]
    return sorted([*offers(record, person), *others], key=lambda offer: (offer.rank, offer.verb))


def label_of(model: type[StatefulRecord], verb: str) -> str:
    """The word on the button, whether or not the verb is possible now."""
    command = TABLES[model][verb]
    if not command.is_transition:
        return str(command.label)
    return next(str(transition.custom["label"]) for transition in declared(model) if transition.name == verb)


def _offer(command: Command, record: StatefulRecord) -> Offer:
    reason = str(command.blocked(record))
    fields = tuple(command.form.base_fields)
    return Offer(command.verb, str(command.label), command.rank, fields, not reason, reason)

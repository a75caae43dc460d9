"""The verbs of an incident."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents import forms as asks
from incidents import permissions, services
from incidents.commands.command import Command, register
from incidents.models import Incident
from incidents.services.classification import classification_so_far
from incidents.services.editing import Changes, why_not_editable
from incidents.services.following import may_write
from incidents.services.staffing import ROLES


def _over(incident: Incident) -> str | Promise:
    return _("The incident is over.") if incident.is_over else ""


def _major_or_over(incident: Incident) -> str | Promise:
    return _("It is a major incident already.") if incident.is_major else _over(incident)


def _not_snoozed(incident: Incident) -> str | Promise:
    return _("It is not snoozed.") if incident.snoozed_until is None else ""


def _roles(incident: Incident) -> dict[str, Any]:
    return {role: getattr(incident, role) for role in ROLES}


def _written(incident: Incident) -> dict[str, Any]:
    return {field: getattr(incident, field) for field in Changes.__annotations__}


def _restriction(incident: Incident) -> dict[str, Any]:
    return {"is_restricted": incident.is_restricted, "present": incident.participants.all()}


INCIDENT_COMMANDS = register(
    Incident,
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
        "reclassify",
        services.reclassify_incident,
        asks.ReclassifyForm,
        "adjustments",
        label=_("Reclassify"),
        rank=20,
        permission=permissions.handles,
        blocked=_over,
        initial=classification_so_far,
        is_long=True,
    ),
    Command(
        "edit",
        services.edit_incident,
        asks.EditForm,
        "pencil",
        label=_("Edit"),
        rank=20,
        permission=permissions.handles,
        blocked=why_not_editable,
        initial=_written,
        is_long=True,
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
        is_long=True,
        permission=permissions.handles,
        initial=_roles,
    ),
    Command(
        "snooze",
        services.snooze_incident,
        asks.SnoozeForm,
        "clock-pause",
        label=_("Snooze"),
        rank=24,
        permission=permissions.handles,
        blocked=_over,
    ),
    Command(
        "wake",
        services.wake_incident,
        icon="bell",
        label=_("Wake"),
        rank=25,
        permission=permissions.handles,
        blocked=_not_snoozed,
    ),
    Command(
        "set_parent",
        services.set_parent,
        asks.ParentForm,
        "copy",
        label=_("Put below a parent"),
        rank=26,
        permission=permissions.handles,
        blocked=_over,
    ),
    Command(
        "restrict",
        services.restrict_incident,
        asks.RestrictForm,
        "lock",
        label=_("Restrict"),
        rank=27,
        is_long=True,
        permission=permissions.handles,
        initial=_restriction,
    ),
    Command(
        "note",
        services.add_note,
        asks.TimelineNoteForm,
        "note",
        label=_("Add to the timeline"),
        rank=30,
        permission=may_write,
    ),
    Command(
        "update",
        services.post_update,
        asks.UpdateForm,
        "speakerphone",
        label=_("Post a status update"),
        rank=23,
        permission=permissions.responds,
        blocked=_over,
    ),
    Command(
        "attach",
        services.attach_files,
        asks.AttachForm,
        "paperclip",
        label=_("Attach files"),
        rank=33,
        permission=may_write,
    ),
    Command(
        "pin",
        services.pin_entry,
        asks.EntryForm,
        "flag",
        label=_("Pin an entry"),
        rank=34,
        permission=permissions.responds,
    ),
    Command(
        "unpin",
        services.unpin_entry,
        asks.EntryForm,
        "flag",
        label=_("Unpin an entry"),
        rank=35,
        permission=permissions.responds,
    ),
    Command(
        "watch",
        services.watch_incident,
        icon="eye",
        label=_("Watch"),
        rank=36,
        permission=permissions.watches,
    ),
    Command(
        "unwatch",
        services.unwatch_incident,
        icon="eye",
        label=_("Stop watching"),
        rank=37,
        permission=permissions.watches,
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

"""The verbs of a proposal to treat an incident as a major one."""

from django.utils.translation import gettext_lazy as _

from incidents import forms as asks
from incidents import permissions, services
from incidents.commands.command import Command, register
from incidents.forms.major import AcceptMajorForm
from incidents.models import Incident, MajorProposal
from incidents.services.majors import why_not_proposed

PROPOSAL_COMMANDS = register(
    MajorProposal,
    Command("accept", services.accept_major, AcceptMajorForm, "thumb-up", key="a"),
    Command("reject", services.reject_major, asks.ReasonForm, "thumb-down", key="r"),
    Command("withdraw", services.withdraw_major, asks.NoteForm, "arrow-left"),
)
register(
    Incident,
    Command(
        "propose_major",
        services.propose_major,
        asks.ReasonForm,
        "speakerphone",
        label=_("Propose as major incident"),
        rank=21,
        permission=permissions.handles,
        blocked=why_not_proposed,
    ),
)

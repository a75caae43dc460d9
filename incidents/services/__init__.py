"""Everything that can be done to an incident."""

from incidents.services.action_reminders import remind_of_actions
from incidents.services.actions import (
    cancel_action,
    change_due,
    complete_action,
    open_action,
    reassign_action,
    send_back_action,
    set_reminder,
    verify_action,
)
from incidents.services.attaching import attach_files, store_attachments
from incidents.services.classification import change_level, declare_major, reclassify_incident
from incidents.services.clocks import record_breaches, record_warnings
from incidents.services.closing import close_silent
from incidents.services.editing import edit_incident
from incidents.services.ending import (
    cancel_incident,
    close_incident,
    confirm_incident,
    reopen_incident,
    resolve_incident,
)
from incidents.services.family import set_parent
from incidents.services.handling import (
    accept_incident,
    acknowledge_incident,
    hold_incident,
    recover_incident,
    refuse_incident,
    resume_incident,
    transfer_incident,
)
from incidents.services.impact import change_impact, record_impact, remove_impact, revise_impact
from incidents.services.lapsing import check_acknowledgements
from incidents.services.major_reports import (
    assign_report,
    open_report_if_major,
    send_back_report,
    sign_report,
    submit_report,
    write_report,
)
from incidents.services.majors import accept_major, propose_if_large, propose_major, reject_major, withdraw_major
from incidents.services.merging import merge_incident, surviving, unmerge_incident
from incidents.services.notes import add_note, post_update, reply_to_incident
from incidents.services.pinning import pin_entry, unpin_entry
from incidents.services.reminding import cancel_reminders, fire_reminders, remind
from incidents.services.reporting import open_incident, open_or_find
from incidents.services.snoozing import snooze_incident, wake_incident, wake_incidents
from incidents.services.solutions import (
    answer_solution,
    approve_solution,
    ask_solution,
    bypass_solution,
    delegate_solution,
    propose_solution,
    reject_solution,
)
from incidents.services.staffing import assign_incident, restrict_incident
from incidents.services.watching import unwatch_incident, watch_incident

__all__ = [
    "accept_incident",
    "accept_major",
    "acknowledge_incident",
    "add_note",
    "answer_solution",
    "approve_solution",
    "ask_solution",
    "assign_incident",
    "assign_report",
    "attach_files",
    "bypass_solution",
    "cancel_action",
    "cancel_incident",
    "cancel_reminders",
    "change_due",
    "change_impact",
    "change_level",
    "check_acknowledgements",
    "close_incident",
    "close_silent",
    "complete_action",
    "confirm_incident",
    "declare_major",
    "delegate_solution",
    "edit_incident",
    "fire_reminders",
    "hold_incident",
    "merge_incident",
    "open_action",
    "open_incident",
    "open_or_find",
    "open_report_if_major",
    "pin_entry",
    "post_update",
    "propose_if_large",
    "propose_major",
    "propose_solution",
    "reassign_action",
    "reclassify_incident",
    "record_breaches",
    "record_impact",
    "record_warnings",
    "recover_incident",
    "refuse_incident",
    "reject_major",
    "reject_solution",
    "remind",
    "remind_of_actions",
    "remove_impact",
    "reopen_incident",
    "reply_to_incident",
    "resolve_incident",
    "restrict_incident",
    "resume_incident",
    "revise_impact",
    "send_back_action",
    "send_back_report",
    "set_parent",
    "set_reminder",
    "sign_report",
    "snooze_incident",
    "store_attachments",
    "submit_report",
    "surviving",
    "transfer_incident",
    "unmerge_incident",
    "unpin_entry",
    "unwatch_incident",
    "verify_action",
    "wake_incident",
    "wake_incidents",
    "watch_incident",
    "withdraw_major",
    "write_report",
]

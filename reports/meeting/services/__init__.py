"""Verbs of the daily meeting and of hand-over notes."""

from reports.meeting.services.deciding import assign_item as assign_item
from reports.meeting.services.deciding import record_decision as record_decision
from reports.meeting.services.handing_over import accept_hand_over as accept_hand_over
from reports.meeting.services.handing_over import draft_hand_over as draft_hand_over
from reports.meeting.services.handing_over import hand_over as hand_over
from reports.meeting.services.handing_over import send_back_hand_over as send_back_hand_over
from reports.meeting.services.handing_over import write_hand_over as write_hand_over
from reports.meeting.services.items import NoteConflict as NoteConflict
from reports.meeting.services.items import discuss_item as discuss_item
from reports.meeting.services.items import put_off_item as put_off_item
from reports.meeting.services.items import take_up_item as take_up_item
from reports.meeting.services.items import write_note as write_note
from reports.meeting.services.planning import arrange_meeting as arrange_meeting
from reports.meeting.services.planning import plan_meeting as plan_meeting
from reports.meeting.services.planning import reinstate_meeting as reinstate_meeting
from reports.meeting.services.planning import set_meeting_policy as set_meeting_policy
from reports.meeting.services.planning import skip_meeting as skip_meeting
from reports.meeting.services.running import end_meeting as end_meeting
from reports.meeting.services.running import start_meeting as start_meeting
from reports.meeting.services.running import turn_to_section as turn_to_section

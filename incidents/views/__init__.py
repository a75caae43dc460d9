from incidents.views.approvals import approvals
from incidents.views.handover import hand_over
from incidents.views.incident import incident_card, incident_command, incident_page
from incidents.views.listing import incident_list
from incidents.views.majors import proposal_command, proposal_page
from incidents.views.portal import follow_up, portal
from incidents.views.reporting import report_incident, suggested_level
from incidents.views.reports import report_command, report_page, report_print
from incidents.views.solutions import solution_command, solution_page

__all__ = [
    "approvals",
    "follow_up",
    "hand_over",
    "incident_card",
    "incident_command",
    "incident_list",
    "incident_page",
    "portal",
    "proposal_command",
    "proposal_page",
    "report_command",
    "report_incident",
    "report_page",
    "report_print",
    "solution_command",
    "solution_page",
    "suggested_level",
]

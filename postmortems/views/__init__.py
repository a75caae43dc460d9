from postmortems.views.content import postmortem_command, row_command
from postmortems.views.listing import new_postmortem, postmortem_list
from postmortems.views.workspace import postmortem_page

__all__ = [
    "new_postmortem",
    "postmortem_command",
    "postmortem_list",
    "postmortem_page",
    "row_command",
]

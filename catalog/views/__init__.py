from catalog.views.company import (
    add_service_page,
    add_team_page,
    audience_page,
    change_service_page,
    change_team_page,
    service_page,
    services_page,
    team_page,
    teams_page,
)
from catalog.views.own import password_page, profile_page, tokens_page, withdraw_token_page
from catalog.views.people import add_person_page, change_person_page, people_page, person_page

__all__ = [
    "add_person_page",
    "add_service_page",
    "add_team_page",
    "audience_page",
    "change_person_page",
    "change_service_page",
    "change_team_page",
    "password_page",
    "people_page",
    "person_page",
    "profile_page",
    "service_page",
    "services_page",
    "team_page",
    "teams_page",
    "tokens_page",
    "withdraw_token_page",
]

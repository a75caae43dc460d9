"""Everything that can be done to the catalogue.

``actor`` is the person who asks for it and must be permitted to; None where the product itself acts (set-up, imports,
demo data). What a person did leaves an Event; what the product did while it was set up does not.
"""

from catalog.services.company import add_business_line, add_service, add_team, change_service, change_team, set_audience
from catalog.services.people import (
    add_person,
    change_password,
    change_person,
    change_profile,
    choose_first_page,
    verify_phone,
)
from catalog.services.tokens import digest_of, issue_token, withdraw_token

__all__ = [
    "add_business_line",
    "add_person",
    "add_service",
    "add_team",
    "change_password",
    "change_person",
    "change_profile",
    "change_service",
    "change_team",
    "choose_first_page",
    "digest_of",
    "issue_token",
    "set_audience",
    "verify_phone",
    "withdraw_token",
]

"""Puts the demo together."""

from django.db import transaction

from catalog.models import Service
from config.demo.chats import add_chats
from config.demo.company import PEOPLE, Company, build_company
from config.demo.duty import build_duty
from config.demo.history import Historian
from config.demo.inspections import inspect_risks
from config.demo.live import prepare
from config.demo.majors import propose_major, report_majors
from config.demo.meetings import hold_meetings
from config.demo.plans import build_plans
from config.demo.reports import set_targets, sign_last_month
from config.demo.review import review
from config.demo.site import save_views, set_site_up
from lifecycle import clock

USERNAMES = [row[0] for row in PEOPLE]


def is_built() -> bool:
    return Service.objects.filter(slug="card-payments").exists()


@transaction.atomic
def build_demo(passwords: dict[str, str]) -> Company:
    """The company, its month of incidents, problems and postmortems, and the rule of the live incident."""
    company = build_company(passwords)
    with clock.rehearse(clock.now()):
        build_duty(company)  # nobody is told of it
    set_site_up(company.services["card-payments"])
    save_views(company.services["card-payments"], company.people["alice"])
    build_plans(company)
    told = Historian(company).tell()
    review(company, told)
    report_majors(company)
    propose_major(company)
    set_targets(company)
    hold_meetings(company)
    add_chats(company.services["card-payments"].operations_team)
    prepare(company.services["card-payments"])
    inspect_risks(company)
    sign_last_month(company)  # nothing of the history is told after it
    return company

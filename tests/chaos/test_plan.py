"""The plan of a seeded run, and the judge of it: neither needs a running product."""

from tests.chaos.plan import BUSY_FOR, PROGRAMS, draw
from tests.chaos.verdict import Case, Page, Verdict, has_settled, judge

NOW = 1_000.0


def case(**fields: object) -> Case:
    """An incident that somebody acknowledged after its first page had arrived."""
    told = {
        "status": "acknowledged",
        "has_handler": True,
        "started_at": NOW,
        "escalation": "stopped",
        "events": [
            ("report", "reported", {}, NOW),
            ("page", "", {"step": 0, "deliveries": [1]}, NOW),
            ("acknowledge", "acknowledged", {}, NOW + 1),
        ],
        "pages": {1: page()},
    }
    return Case(7, **(told | fields))  # type: ignore[arg-type]


def page(status: str = "sent", why_not: str = "", taken_at: tuple[float, ...] = (NOW + 0.5,)) -> Page:
    return Page(1, "token", "sms", status, "escalation:1:0:1:sms", 1, why_not, taken_at)


def complaints(**fields: object) -> Verdict:
    return judge([case(**fields)])


def test_a_seed_always_draws_the_same_plan_and_another_seed_another() -> None:
    assert draw(7) == draw(7)
    assert len({str(draw(seed)) for seed in range(200)}) == 200


def test_over_many_seeds_everything_befalls_everybody() -> None:
    deeds = [deed for seed in range(300) for deed in draw(seed).deeds]
    assert {deed.target for deed in deeds if deed.kind == "kill"} == set(PROGRAMS)
    kinds = {"kill", "kill-child", "stop", "end", "flush", "kill-postgres", "restart-postgres", "carrier", "callbacks"}
    assert {deed.kind for deed in deeds} == kinds
    assert all(deed.at <= BUSY_FOR for deed in deeds)


def test_a_run_in_which_all_went_well_is_not_complained_about() -> None:
    verdict = complaints()
    assert (verdict.complaints, verdict.lost, verdict.due, verdict.duplicates) == ([], 0, 1, 0)
    assert verdict.lags == [0.5]
    assert has_settled(case(), NOW)


def test_a_page_that_never_arrived_and_says_not_why_is_lost() -> None:
    assert complaints(pages={1: page(taken_at=())}).lost == 1
    assert complaints(pages={1: page("failed", "busy", ())}).lost == 0
    assert complaints(pages={}).lost == 1


def test_a_step_that_was_due_and_did_not_fire_is_lost() -> None:
    unheard = case().events[:2]
    running = complaints(events=unheard, status="reported", has_handler=False, escalation="running")
    assert running.lost == 2  # the second and the third: nobody has acknowledged
    assert not has_settled(case(events=unheard, status="reported"), NOW)


def test_an_incident_that_paged_nobody_is_lost() -> None:
    silent = complaints(
        started_at=None, events=[("report", "reported", {}, NOW)], status="reported", has_handler=False, pages={}
    )
    assert silent.lost == 1


def test_what_the_carrier_took_twice_is_counted() -> None:
    assert complaints(pages={1: page(taken_at=(NOW, NOW + 3))}).duplicates == 1


def test_a_page_long_after_the_acknowledgement_is_told() -> None:
    assert "after the acknowledgement" in complaints(pages={1: page(taken_at=(NOW + 60,))}).complaints[0]


def test_a_page_that_is_never_finished_is_told() -> None:
    assert "still queued" in complaints(pages={1: page("queued", "", (NOW,))}).complaints[0]


def test_a_status_that_the_events_do_not_tell_is_told() -> None:
    assert complaints(status="reported").complaints
    assert complaints(has_handler=False).complaints
    assert complaints(escalation="running").complaints

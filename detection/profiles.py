"""What is known about recordings that can be replayed: how to read them, what to count, which rules watch it. Data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from detection.recordings import Key, Layout
from detection.rule_templates import TEMPLATES, RuleTemplate


@dataclass(frozen=True)
class MetricPlan:
    """A metric made of a value of the recording, summed over the dimensions that it does not have.

    ``detail``: the plan's name of the same count by more dimensions. Plans are fed in their order, so a plan comes
    after its detail, and what rules judge after what they compare it with.
    """

    name: str
    title: str
    value: str
    dimensions: tuple[str, ...]
    detail: str = ""


@dataclass(frozen=True)
class RulePlan:
    """A template on a metric; ``other``: the metric that it is a part of."""

    template: RuleTemplate
    name: str
    metric: str
    other: str = ""
    selector: Mapping[str, str] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True)
class Profile:
    """``keys`` have a series from the start. In a minute that has rows, a series without one counted zero; a minute
    without any row is missing. ``group``: the rules share one incident, since they see one flow of payments.
    ``history``: days ago -> the value that says how it was then, fed before the recording begins."""

    name: str
    layout: Layout
    metrics: tuple[MetricPlan, ...]
    rules: tuple[RulePlan, ...]
    service_slug: str
    service_name: str
    group: str
    keys: tuple[Key, ...] = ()
    history: Mapping[int, str] = field(default_factory=dict)


_STATUSES = ("approved", "denied", "refunded", "reversed", "backend_reversed", "failed", "processing")


def _status_rule(key: str, name: str, status: str) -> RulePlan:
    """A status against all card transactions: one metric compared with itself, the label of the selector left out."""
    return RulePlan(TEMPLATES[key], name, "transactions", "transactions", {"status": status})


CLOUDWALK = Profile(
    name="cloudwalk",
    layout=Layout(
        time=("time", "minute", "timestamp", "hour"),
        labels={"status": ("status", "state")},
        values={"count": ("count", "f0_", "transactions", "total", "value", "n")},
        folded=True,
    ),
    metrics=(MetricPlan("transactions", "Card transactions by status", "count", ("status",)),),
    rules=(
        _status_rule("rate-rises-far", "Reversed card payments", "reversed"),
        _status_rule("rate-rises-far", "Failed card payments", "failed"),
        _status_rule("rate-rises", "Denied card payments", "denied"),
        RulePlan(
            TEMPLATES["volume-falls"],
            "Approved card payments against earlier days",
            "transactions",
            selector={"status": "approved"},
        ),
    ),
    service_slug="card-payments",
    service_name="Card payments",
    group="card-transactions",
    keys=tuple((status,) for status in _STATUSES),
)
CHECKOUT = Profile(
    name="checkout",
    layout=Layout(
        time=("time", "hour"),
        labels={},
        values={
            "today": ("today", "sales"),
            "yesterday": ("yesterday",),
            "last_week": ("same_day_last_week",),
            "average": ("avg_last_week",),
        },
        step=60,
    ),
    metrics=(MetricPlan("sales", "Checkout sales by hour", "today", ()),),
    rules=(
        RulePlan(
            TEMPLATES["hourly-volume-falls"],
            "Checkout sales against earlier days",
            "sales",
            title="Checkout sales fell to {value} an hour, {expected} are usual",
        ),
    ),
    service_slug="card-payments",
    service_name="Card payments",
    group="checkout-sales",
    # The days between yesterday and the same day of last week are known by the week's average only.
    history={1: "yesterday", 7: "last_week"} | dict.fromkeys(range(2, 7), "average"),
)
_DIMENSIONS = ("merchant", "method", "gateway", "bank")


def _pair(suffix: str, words: str, dimensions: tuple[str, ...]) -> tuple[MetricPlan, MetricPlan]:
    return (
        MetricPlan(f"attempts{suffix}", f"Payment attempts {words}", "attempts", dimensions, "attempts"),
        MetricPlan(f"successes{suffix}", f"Payments that succeed {words}", "successes", dimensions, "successes"),
    )


MERCHANTS = Profile(
    name="merchants",
    layout=Layout(
        time=("hr", "hour", "time", "timestamp"),
        labels={
            "merchant": ("mid", "merchant", "merchant_id"),
            "method": ("pmt", "method", "payment_method"),
            "gateway": ("pg", "gateway", "payment_gateway"),
            "bank": ("bank",),
        },
        values={"attempts": ("t", "attempts", "total"), "successes": ("success", "successes")},
        step=60,
        blank="none",
        summed=True,
        parts=("successes", "attempts"),
    ),
    metrics=(
        MetricPlan("attempts", "Payment attempts in detail", "attempts", _DIMENSIONS),
        MetricPlan("successes", "Payments that succeed in detail", "successes", _DIMENSIONS),
        *_pair("-total", "in total", ()),
        *_pair("-merchant", "by merchant", ("merchant",)),
        *_pair("-gateway", "by gateway and method", ("gateway", "method")),
    ),
    rules=tuple(
        RulePlan(
            TEMPLATES["hourly-rate-falls"],
            f"Payment success rate {words}",
            f"successes{suffix}",
            f"attempts{suffix}",
            title=title,
        )
        for suffix, words, title in (
            ("-total", "in total", "Payment success rate fell to {value} %, {expected} % are usual"),
            ("-merchant", "by merchant", "Payment success rate of {series} fell to {value} %, {expected} % are usual"),
            ("-gateway", "by gateway", "Payment success rate of {series} fell to {value} %, {expected} % are usual"),
        )
    ),
    service_slug="card-payments",
    service_name="Card payments",
    group="payment-success",
)
PROFILES = {profile.name: profile for profile in (CLOUDWALK, CHECKOUT, MERCHANTS)}

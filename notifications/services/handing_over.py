"""Talks to carriers. Touches no row, so it runs in threads without a database connection."""

from notifications import providers
from notifications.channels import Channel as Carrier
from notifications.channels import ChannelError
from notifications.services.claims import Claim, Outcome


def hand_over(claim: Claim) -> Outcome:
    """Hand the message to the carrier, unless an earlier attempt is found to have got it there."""
    if claim.flaw is not None:
        return Outcome(provider=claim.provider, error=claim.flaw)
    try:
        return _hand_over(claim)
    except ChannelError as error:
        return Outcome(provider=claim.provider, error=error)
    except Exception as error:
        flaw = ChannelError(f"{type(error).__name__}: {error}"[:300], code="internal")
        return Outcome(provider=claim.provider, error=flaw)


def _hand_over(claim: Claim) -> Outcome:
    found = _find(claim)
    if found:
        return Outcome(provider_id=found, provider=claim.asked, was_adopted=True)
    if claim.is_pointless:
        return Outcome(provider=claim.provider, is_withdrawn=True)
    if claim.message is None:
        raise ChannelError("There are no words.", code="internal")
    return Outcome(provider_id=_carrier(claim.provider, claim.channel).send(claim.message), provider=claim.provider)


def _find(claim: Claim) -> str | None:
    """The id of the message at the carrier, if an earlier attempt got it there."""
    if claim.unsure_since is None or claim.message is None:
        return None
    carrier = _carrier(claim.asked, claim.channel)
    try:
        return carrier.find(claim.message, since=claim.unsure_since, known=set(claim.known))
    except ChannelError:
        is_elsewhere = claim.asked != claim.provider
        if claim.is_pointless or not (claim.is_last or is_elsewhere):
            raise
        return None  # The last attempt, or another carrier: a second ring is better than silence.


def _carrier(name: str, channel: str) -> Carrier:
    provider = providers.provider_of(name, channel)
    if provider is None:
        raise ChannelError(f"There is no provider {name} for {channel}.", code="unconfigured", permanent=True)
    return provider.carrier

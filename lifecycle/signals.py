"""The only signal of the product: "events were recorded". Facts stay in the Event table; this is the doorbell."""

from django.dispatch import Signal

# Sent once the transaction has committed, with ``event_ids: list[int]``. Receivers may fail: the cycle finds
# undispatched events by itself.
events_recorded = Signal()

"""What Twilio's error codes mean for the next move. The same codes come in answers and in callbacks."""

from notifications.channels.base import Fault

FAULTS = {
    "30001": Fault.CARRIER,  # queue overflow
    "30008": Fault.CARRIER,  # unknown
    "20429": Fault.CARRIER,  # too many requests
    "20003": Fault.ACCOUNT,  # credentials refused
    "30002": Fault.ACCOUNT,  # account suspended
    "30003": Fault.NUMBER,  # switched off or out of reach
    "30005": Fault.NUMBER,  # unknown handset
    "30006": Fault.NUMBER,  # landline, or a carrier that cannot be reached
    "21214": Fault.NUMBER,  # cannot be called
    "21612": Fault.NUMBER,  # no way from our number to this one
    "30004": Fault.STOPPED,  # blocked by its owner
    "21610": Fault.STOPPED,  # unsubscribed
    "30007": Fault.FILTERED,
    "21211": Fault.INVALID,
    "21217": Fault.INVALID,
    "21614": Fault.INVALID,  # no mobile number
    "21609": Fault.CALLBACK,
}


def fault_of(code: str, *, status: int = 0) -> Fault:
    """By the code, else by the HTTP status: what Twilio refuses (4xx) stays refused, the rest may pass."""
    known = FAULTS.get(code)
    if known is not None:
        return known
    return Fault.NUMBER if 400 <= status < 500 and status != 429 else Fault.CARRIER

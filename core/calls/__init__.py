"""The one way to ask a paid service: bounded, retried, priced, and never asked twice.

`Calls` is the door; the other files are one idea each: what is asked (`request`), what can go wrong (`faults`), when to
try again (`retry`), what it costs (`prices`), what may be spent (`budget`), what was asked and answered (`ledger`), and
the wire itself (`service`). Importing this loads nothing heavy.
"""

from core.calls.budget import Budget
from core.calls.client import Calls
from core.calls.faults import CallError, Reason
from core.calls.ledger import Ledger
from core.calls.prices import Price, Prices
from core.calls.request import CallRequest, Reply, jpeg_url
from core.calls.retry import Backoff

__all__ = [
    "Backoff",
    "Budget",
    "CallError",
    "CallRequest",
    "Calls",
    "Ledger",
    "Price",
    "Prices",
    "Reason",
    "Reply",
    "jpeg_url",
]

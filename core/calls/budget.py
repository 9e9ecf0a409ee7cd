"""A limit in dollars that is never passed: an upper estimate is set aside before a call, the real price settles it."""

import threading

from core.errors import BadInput


class Budget:
    """Safe to use from several threads."""

    def __init__(self, limit: float, spent: float = 0.0) -> None:
        """`spent` is what earlier runs cost (`Ledger.spent`), so that a killed run does not start afresh."""
        if not limit > 0:
            raise BadInput(f"budget: {limit} US dollars is no budget; give a number above 0")
        self.limit = limit
        self._spent = spent
        self._reserved = 0.0
        self._lock = threading.Lock()

    @property
    def spent(self) -> float:
        """US dollars settled so far."""
        return self._spent

    @property
    def left(self) -> float:
        """US dollars neither spent nor set aside."""
        return self.limit - self._spent - self._reserved

    def reserve(self, estimate: float) -> bool:
        """Set `estimate` aside. False, with nothing set aside, where it would not fit."""
        with self._lock:
            if estimate > self.left:
                return False
            self._reserved += estimate
            return True

    def settle(self, estimate: float, price: float) -> None:
        """Replace a reservation by what the call cost; 0 where nothing was billed."""
        with self._lock:
            self._reserved -= estimate
            self._spent += price

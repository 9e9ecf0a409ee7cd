"""The accounts of one try: set aside and noted before it goes out, settled when it has ended, however it ended."""

from core.calls.budget import Budget
from core.calls.faults import UNPAID, CallError, Reason
from core.calls.ledger import Ledger
from core.calls.prices import Prices
from core.calls.request import CallRequest, Reply, parse, tokens_of
from core.calls.wire import Answered


class Account:
    """Opened before a try; exactly one of `answered` and `failed` closes it."""

    def __init__(
        self, request: CallRequest, attempt: int, ledger: Ledger | None, budget: Budget | None, prices: Prices
    ) -> None:
        """Raises CallError with the reason `budget` where the upper estimate does not fit any more."""
        self._request = request
        self._ledger = ledger
        self._budget = budget
        self._prices = prices
        # Without a budget and a ledger nobody needs the estimate, and it takes litellm's table to make one.
        wanted = budget is not None or ledger is not None
        self._estimate = prices.at_most(request) if wanted else None
        self._reserve()
        self._number = ledger.asked(request, attempt, self._estimate) if ledger else 0

    def answered(self, answer: Answered) -> Reply:
        """Keep the raw answer first, then read it."""
        if self._ledger:
            self._ledger.answered(self._number, answer.raw, answer.seconds)
        tokens = tokens_of(answer.raw)
        price = self._prices.paid(self._request.model, answer.raw, tokens)
        if self._ledger:
            self._ledger.priced(self._number, price, tokens)
        self._settle(price)
        text, finish = parse(answer.raw)
        return Reply(text, finish, *tokens, price, answer.seconds, False, answer.raw)

    def failed(self, error: CallError) -> None:
        price = 0.0 if error.reason in UNPAID else None
        if self._ledger:
            self._ledger.failed(self._number, error, price)
        self._settle(price)

    def _reserve(self) -> None:
        if self._budget is None:
            return
        model = self._request.model
        if self._estimate is None:
            raise CallError(
                f"{model}: no price is known, so the budget could not be kept; give its price, or leave the budget out",
                Reason.BUDGET,
            )
        if not self._budget.reserve(self._estimate):
            raise CallError(
                f"{model}: the next call may cost {self._estimate:.4f} US dollars and {self._budget.left:.4f} of"
                f" {self._budget.limit:g} are left; raise the budget to go on",
                Reason.BUDGET,
            )

    def _settle(self, price: float | None) -> None:
        if self._budget is not None and self._estimate is not None:
            self._budget.settle(self._estimate, self._estimate if price is None else price)

"""The closed sets the tables know beside those of core.records."""

from enum import StrEnum


class CampaignKind(StrEnum):
    """Where the pairs of a campaign come from. Votes of different kinds are never mixed."""

    BENCHMARK = "benchmark"
    OWN_PHOTOS = "own_photos"
    SAMPLES = "samples"


class TrialStatus(StrEnum):
    """A trial ends in one of the last three and never changes again, save that an expired one may be shown anew."""

    OPEN = "open"
    VOTED = "voted"
    SKIPPED = "skipped"
    EXPIRED = "expired"


class VerdictStatus(StrEnum):
    """How a judge's answer was read. A failure is never a tie."""

    OK = "ok"
    UNPARSED = "unparsed"
    REFUSED = "refused"
    ERROR = "error"

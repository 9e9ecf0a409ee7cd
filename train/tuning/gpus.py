"""Which cards: `8x80GB`, `1x24GB`, `8xA100-80GB`, `4xH200`."""

import re
from dataclasses import dataclass

from core.errors import BadInput
from train.tuning.flops import peak_flops

_SIZES = {"A100": 80, "H100": 80, "H200": 141, "L40S": 48, "RTX4090": 24, "4090": 24}
"""Gigabytes of memory where a name says it."""
_USUAL = {24: "RTX4090", 40: "A100", 48: "L40S", 80: "A100", 141: "H200"}
"""The slowest of the usual cards of that size, so that hours are not promised too few."""
_FORM = re.compile(r"(\d{1,5})x(?:([A-Za-z][\w ]*?|4090)(?:-(\d{1,4})GB)?|(\d{1,4})GB)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Gpus:
    """Some cards of one kind."""

    count: int
    gigabytes: int
    """As makers state it."""
    name: str
    assumed: bool
    """Whether the name was guessed from the size."""

    @property
    def bytes(self) -> float:
        """Of one card. Makers count memory in units of 2**30."""
        return self.gigabytes * 2.0**30

    @property
    def peak(self) -> float | None:
        """Operations a second of one card in bfloat16; None where it is not known."""
        return peak_flops(self.name)

    def __str__(self) -> str:
        known = f"{self.name} with {self.gigabytes} GB" if self.name and not self.assumed else f"{self.gigabytes} GB"
        return f"{self.count} x {known}"


def parse(text: str) -> Gpus:
    """Raises BadInput for what names no cards, or a card whose memory is not known."""
    found = _FORM.fullmatch(text.strip())
    if not found or int(found[1]) < 1:
        raise BadInput(f"--gpus {text!r}: a number and a card were wanted, such as 8x80GB, 8xA100-80GB or 4xH200")
    count, name, stated = int(found[1]), (found[2] or "").upper(), found[3] or found[4]
    if stated is not None and int(stated) < 1:
        raise BadInput(f"--gpus {text!r}: a card with memory was wanted, such as 8x80GB")
    if stated is None and name not in _SIZES:
        raise BadInput(f"--gpus {text!r}: the memory of {found[2]} is not known; say it, as in {count}x{found[2]}-80GB")
    size = int(stated) if stated is not None else _SIZES[name]
    return Gpus(count, size, name or _USUAL.get(size, ""), assumed=not name)

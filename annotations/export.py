"""Votes as files: what a researcher keeps, and what `python -m core agreement` reads.

`a` is the system whose id comes first in the alphabet, so that in a campaign of two systems a letter means one system
throughout. Text and reasons of stories that may not be shared stay out, and raters carry a pseudonym of the export.
"""

import csv
import hashlib
import io
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from annotations.kinds import CampaignKind
from annotations.store import Store
from annotations.views import PairRecord, Snapshot, VoteRecord
from core.errors import BadInput
from core.records import Criterion

PAIR_COLUMNS = ("campaign", "story", "pair", "transcript_a", "transcript_b", "system_a", "system_b")
VOTE_COLUMNS = (
    *PAIR_COLUMNS,
    "choice",
    "left",
    "repeat_no",
    "rater",
    "opened_at",
    "voted_at",
    "rendering",
    "shown_hash",
    *Criterion,
    "reason",
)
COUNTED = ("a", "b", "tie", "both_bad")


@dataclass(frozen=True, slots=True)
class ExportReport:
    files: tuple[Path, ...]
    votes: int
    pairs: int
    raters: int
    withheld: int
    """Pairs whose texts may not be shared."""


def export(store: Store, out: Path) -> ExportReport:
    """Writes votes.csv, pairs.csv and a matrix-<campaign>.csv for each campaign of prepared pairs that has votes.

    Each file is written whole or not at all. Raises BadInput where the folder cannot be written.
    """
    snapshot = store.snapshot()
    tables = {"votes.csv": _votes(snapshot), "pairs.csv": _pairs(snapshot)}
    campaigns = {vote.pair.campaign for vote in snapshot.votes if vote.pair.kind != CampaignKind.OWN_PHOTOS}
    for campaign in sorted(campaigns):
        tables[f"matrix-{campaign}.csv"] = matrix([vote for vote in snapshot.votes if vote.pair.campaign == campaign])
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, rows in tables.items():
            _write(out / name, rows)
    except OSError as error:
        raise BadInput(f"{out}: cannot be written ({error.strerror}); name another folder with --out") from None
    return ExportReport(
        files=tuple(out / name for name in tables),
        votes=len(snapshot.votes),
        pairs=len(snapshot.pairs),
        raters=len({vote.rater for vote in snapshot.votes}),
        withheld=sum(not pair.shareable for pair in snapshot.pairs),
    )


def pseudonym(rater: str) -> str:
    """The same in every export, and no key to the rater's id."""
    return "r-" + hashlib.sha256(f"export {rater}".encode()).hexdigest()[:12]


def guarded(cell: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front, as spreadsheets themselves do."""
    return "'" + cell if cell.lstrip().startswith(("=", "+", "-", "@")) or cell.startswith(("\t", "\r")) else cell


def matrix(votes: Sequence[VoteRecord]) -> list[list[str]]:
    """One row an item, one column a rater, with a rater's first answer; empty where there is none."""
    raters = sorted({pseudonym(vote.rater) for vote in votes})
    items = sorted({(vote.pair.story_id, vote.pair.pair_id) for vote in votes})
    cells: dict[tuple[str, str], str] = {}
    for vote in sorted(votes, key=lambda vote: vote.repeat_no):
        cells.setdefault((vote.pair.pair_id, pseudonym(vote.rater)), vote.choice)
    rows = [[item, *(cells.get((item, rater), "") for rater in raters)] for _, item in items]
    return [["item", *raters], *rows]


def _votes(snapshot: Snapshot) -> list[list[str]]:
    return [list(VOTE_COLUMNS), *(_vote(vote) for vote in snapshot.votes)]


def _vote(vote: VoteRecord) -> list[str]:
    return [
        *_pair(vote.pair),
        vote.choice,
        vote.left,
        str(vote.repeat_no),
        pseudonym(vote.rater),
        _time(vote.opened_at),
        _time(vote.voted_at),
        guarded(vote.rendering),
        vote.shown_hash,
        *(vote.criteria.get(criterion, "") for criterion in Criterion),
        guarded(vote.reason or ""),
    ]


def _pairs(snapshot: Snapshot) -> list[list[str]]:
    counts = Counter((vote.pair.campaign, vote.pair.pair_id, vote.choice) for vote in snapshot.votes)
    header = [*PAIR_COLUMNS, "label_a", "label_b", "title", "shareable", "active"]
    rows = [[*header, *(f"votes_{choice}" for choice in COUNTED), "text_a", "text_b"]]
    for pair in snapshot.pairs:
        told = (pair.label_a, pair.label_b, pair.story_title if pair.shareable else None)
        flags = ("yes" if flag else "no" for flag in (pair.shareable, pair.active))
        tally = (str(counts[pair.campaign, pair.pair_id, choice]) for choice in COUNTED)
        texts = (guarded(text or "") for text in (pair.text_a, pair.text_b))
        rows.append([*_pair(pair), *(guarded(one or "") for one in told), *flags, *tally, *texts])
    return rows


def _pair(pair: PairRecord) -> tuple[str, ...]:
    ids = (
        pair.campaign,
        pair.story_id,
        pair.pair_id,
        pair.transcript_a,
        pair.transcript_b,
        pair.system_a,
        pair.system_b,
    )
    return tuple(guarded(one) for one in ids)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            file.write(text.getvalue())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)

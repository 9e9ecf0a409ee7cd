"""Tables of plain text as HTML: rows of columns where there is room, one card a row on a phone."""

from collections.abc import Sequence
from html import escape


def table(
    caption: str, headers: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str = "", narrow: bool = False
) -> str:
    """`caption` is read to those who do not see it; `empty` is said where there are no rows; a `narrow` one keeps its
    columns on a phone."""
    if not rows:
        return f'<p class="hint">{escape(empty)}</p>'
    head = "".join(f'<th scope="col">{escape(header)}</th>' for header in headers)
    body = "".join(_row(headers, row) for row in rows)
    look = "rows" if narrow else "rows cards"
    return (
        f'<table class="{look}"><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _row(headers: Sequence[str], row: Sequence[object]) -> str:
    first, *rest = (escape(str(cell)) for cell in row)
    cells = "".join(
        f'<td data-label="{escape(header)}">{cell or "–"}</td>' for header, cell in zip(headers[1:], rest, strict=True)
    )
    return f'<tr><th scope="row">{first}</th>{cells}</tr>'

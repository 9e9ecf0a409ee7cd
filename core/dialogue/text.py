"""Characters and marks -> one typographic form, so that neither can name who wrote a text.

Straight quotes; a dash between words is `—` without spaces (also for ` - `, ` -- ` and ` – `); ranges of numbers take a
hyphen (`10-12`); `…` for three dots or more; single spaces; no marks of emphasis; no invisible characters.
"""

import re
import unicodedata

from core.dialogue.directions import is_direction, stands_alone

_REPLACED = {
    **dict.fromkeys("“”„‟«»❝❞〝〞＂″", '"'),
    **dict.fromkeys("‘’‚‛‹›´ʼ′❛❜＇", "'"),
    **dict.fromkeys("‐‑−﹣－", "-"),
    **dict.fromkeys("‒–", "–"),
    **dict.fromkeys("—―⸺⸻﹘", "—"),
    "：": ":", "（": "(", "）": ")", "［": "[", "］": "]", "【": "[", "】": "]", "＊": "*", "‥": "..",
}  # fmt: skip


class _Characters(dict[int, str]):
    """For str.translate: what becomes of a character, worked out the first time it is met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        category = unicodedata.category(char)
        if char in _REPLACED:
            result = _REPLACED[char]
        elif char in "\n\r\v\f\x1c\x1d\x1e\x85" or category in {"Zl", "Zp"}:
            result = "\n"
        elif char == "\t" or category == "Zs":
            result = " "
        else:
            result = "" if category in {"Cc", "Cf", "Cs"} else char
        self[code] = result
        return result


_CHARACTERS = _Characters()
_THINK = re.compile(r"<(/?)think(?:ing)?>", re.IGNORECASE)
_TOKEN = re.compile(r"<\|[^|<>\s]{1,40}\|>|</?(?:s|b|i|u|p|em|strong)>|<(?:bos|eos|pad|unk)>", re.IGNORECASE)
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)


def characters(text: str) -> str:
    """Straight quotes, one kind of space and of line end, and nothing invisible."""
    return text.replace("\r\n", "\n").translate(_CHARACTERS)


def clean(text: str) -> str:
    """Plain characters and line feeds, without thinking and without a chat template's tokens."""
    text = characters(text)
    if "<" not in text:
        return text
    return _TOKEN.sub(" ", _BREAK.sub("\n", _without_thinking(text)))


def _without_thinking(text: str) -> str:
    """A lone closing tag ends thinking that the prompt began; thinking that never ends hides the rest."""
    kept: list[str] = []
    end, inside = 0, False
    for tag in _THINK.finditer(text):
        if tag[1]:
            kept = kept if inside else []
            end, inside = tag.end(), False
        elif not inside:
            kept.append(text[end : tag.start()])
            inside = True
    return "\n".join(kept if inside else [*kept, text[end:]])


def without_tags(text: str) -> str:
    """One line without any tag that `clean` acts on; the words between tags stay."""
    if "<" not in text:
        return text
    return _TOKEN.sub(" ", _BREAK.sub(" ", _THINK.sub(" ", text)))


_ITALICS = re.compile(r"(?<![*_\w])(\*{1,3}|_{1,3})(?=[^\s*_])([^*_\n]{1,60})(?<!\s)\1(?![*_\w])")
_WHOLE_ITALICS = re.compile(r"\s*([*_])(?=[^\s*_])([^*_]{1,80})\1\s*")
_MARKS = re.compile(r"[*_`~]+")


def plain(line: str) -> str:
    """One line without marks of emphasis; italics that are stage directions become `(laughs)`."""
    if not _MARKS.search(line):
        return line
    whole = _WHOLE_ITALICS.fullmatch(line)
    if whole and is_direction(whole[2]):
        return f"({whole[2]})"
    line = _ITALICS.sub(_direction_or_same, line)
    return " ".join(_without_marks(token) for token in line.split(" "))


def _direction_or_same(match: re.Match[str]) -> str:
    start, end = match.span()
    before, after = match.string[max(0, start - 8) : start], match.string[end : end + 8]
    return f"({match[2]})" if stands_alone(match[2], before, after) else match[0]


def _without_marks(token: str) -> str:
    """Marks inside a word stay where they are its spelling (`sh*t`, `a_b`) and go where they stress (`un*real*`)."""
    runs = list(_MARKS.finditer(token))
    if not runs:
        return token
    inside = all(_is_inside_word(token, run) for run in runs if "*" in run[0])
    return _MARKS.sub(lambda run: _mark(token, run, inside), token)


def _is_inside_word(token: str, run: re.Match[str]) -> bool:
    return token[max(0, run.start() - 1) : run.start()].isalnum() and token[run.end() : run.end() + 1].isalnum()


def _mark(token: str, run: re.Match[str], stars_inside: bool) -> str:
    inside = _is_inside_word(token, run)
    if run[0] == "`" and inside:
        return "'"
    if run[0] == "~" and token[run.end() : run.end() + 1].isdecimal() and not inside:
        return "~"
    if inside and (set(run[0]) == {"_"} or (set(run[0]) == {"*"} and stars_inside)):
        return run[0]
    return ""


_DOTS = re.compile(r"(?:\s?[.…]){2,}|\s…")
_DASHES = re.compile(r"[-–—]{2,}")
_RANGE = re.compile(r"(?<=\d)(?:\s?–\s?|\s-\s)(?=\d)")
_SINGLE_DASH = re.compile(r"(?:(?<=\s)|^)-(?=\s|$)|–")
_AROUND_DASH = re.compile(r"[\s-]*—[\s—-]*")
_BEFORE_MARK = re.compile(r"\s+([,.;!?])(?=[\s(\[]|$)")


def tidy(text: str) -> str:
    """One turn's text in the canonical typography; tidying twice changes nothing."""
    text = " ".join(text.split())
    if "." in text or "…" in text:
        text = re.sub(r"(?<=\w)…(?=\w)", "… ", _DOTS.sub(_ellipsis, text))
    if "-" in text or "–" in text or "—" in text:
        text = _RANGE.sub("-", _DASHES.sub("—", text))
        text = _AROUND_DASH.sub("—", _SINGLE_DASH.sub("—", text))
    return _BEFORE_MARK.sub(r"\1", text).strip()


def _ellipsis(match: re.Match[str]) -> str:
    return "…" if "…" in match[0] or match[0].count(".") > 2 else match[0]

"""Which brackets and italics are stage directions.

Round and square brackets of at most 80 characters pass one and the same test, `is_direction`: one to eight words, no
question mark, no word of ordinary talk (`GUARDS`: an aside such as "(we were so lost)" is speech), and

- an action at the start or after a short subject: "laughs", "sighing softly", "both laugh", "Sam clears his throat"; or
- a sound anywhere: "soft music", "applause", "Outro music fades in"; or
- manners alone: "excitedly", "very softly"; or
- a voice: "in a mock-serious tone".

Italics usually mean stress ("it was *huge*", "*Urban Pulse*") and are speech. They are a direction only where they hold
an action and stand alone: at the start of a line or after the end of a sentence, or, for a single action in the third
person, at the end of a line or before a new sentence.
"""

import re

from core.records import Span

_VERBS = [
    "applaud", "beam", "blink", "bow", "breathe", "cackle", "cheer", "chuckle", "clap", "cough", "cry", "drum",
    "exhale", "eye-roll", "fidget", "frown", "gasp", "gesture", "giggle", "grimace", "grin", "groan", "grumble",
    "gulp", "hum", "imitate", "inhale", "interject", "interrupt", "joke", "laugh", "mimic", "moan", "mumble",
    "murmur", "mutter", "nod", "pant", "pause", "scoff", "shiver", "shriek", "shrug", "shuffle", "shout", "sigh",
    "sing", "sip", "slurp", "smile", "smirk", "snicker", "sniff", "sniffle", "snort", "sob", "squeal", "stammer",
    "stutter", "tap", "tease", "toast", "whisper", "whistle", "wince", "wink", "yawn", "yell",
]  # fmt: skip
_PHRASES = (
    "clears throat", "clearing throat", "clears his throat", "clears her throat", "clears their throat",
    "takes a breath", "takes a deep breath", "deep breath", "takes a sip", "taking a sip", "takes a bite",
    "snaps fingers", "snapping fingers", "rolls eyes", "rolling eyes", "raises eyebrow", "raises an eyebrow",
    "pours coffee", "sets down", "leans in", "leaning in", "leans back", "leaning back", "shakes head",
    "shaking head", "speaking over", "talking over", "trails off", "trailing off", "turns page", "turning pages",
    "voice breaking", "voice cracks", "end of recording",
)  # fmt: skip
_NOUNS = {"beat", "giggle", "laugh", "pause", "silence", "sigh", "chuckle", "crosstalk", "inaudible", "overlapping"}
_SOUNDS = {
    "ambience", "ambient", "applause", "cheering", "clapping", "chatter", "crosstalk", "inaudible", "instrumental",
    "intro", "jingle", "laughter", "music", "outro", "sfx", "silence", "sound", "sounds", "theme", "unintelligible",
}  # fmt: skip
_MANNERS = {
    "amazed", "amused", "awkwardly", "cheerfully", "deadpan", "dramatically", "dreamily", "enthusiastically", "excited",
    "excitedly", "gently", "hesitant", "hesitantly", "jokingly", "mockingly", "nostalgic", "nostalgically", "playful",
    "playfully", "quietly", "sarcastic", "sarcastically", "sheepishly", "softly", "surprised", "teasingly",
    "thoughtful", "thoughtfully", "warmly", "wistfully", "wryly",
}  # fmt: skip
_FILLERS = {"a", "and", "bit", "little", "more", "slightly", "then", "very"}
_VOICES = {"voice", "tone", "accent", "whisper", "falsetto", "impression"}
GUARDS = {
    "i", "i'm", "i've", "i'd", "i'll", "me", "my", "mine", "we", "we're", "we've", "us", "our", "you", "you're",
    "you've", "your", "it", "it's", "its", "that", "that's", "this", "these", "those", "he's", "she's", "they're",
    "was", "were", "is", "are", "am", "be", "been", "had", "has", "have", "do", "does", "did", "don't", "didn't",
    "can", "can't", "could", "would", "will", "should", "not", "no", "yes", "which", "who", "what", "where", "why",
    "how", "because", "if", "but", "or", "like",
}  # fmt: skip
_MOST_WORDS = 8
_BRACKETED = re.compile(r"\(([^()\[\]]{1,80})\)|\[([^()\[\]]{1,80})\]")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_EDGES = " .…,;!-—"
"""Marks that a direction does not need at its ends. A colon stays: it would look like a label."""


def _forms(verb: str) -> tuple[str, str]:
    """Third person and -ing form."""
    third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s")
    third = verb[:-1] + "ies" if verb == "cry" else third
    if verb.endswith("e"):
        return third, verb[:-1] + "ing"
    return third, verb + (verb[-1] if verb in _DOUBLED else "") + "ing"


_DOUBLED = {"clap", "drum", "grin", "hum", "nod", "shrug", "sip", "sob", "tap"}
_THIRD = {_forms(verb)[0] for verb in _VERBS}
_ACTIONS = _THIRD | {_forms(verb)[1] for verb in _VERBS} | _NOUNS
_GROUPS = {"all", "both", "everyone", "everybody", "they", "hosts", "guests", "together"}


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _is_talk(text: str, words: list[str]) -> bool:
    return not 1 <= len(words) <= _MOST_WORDS or "?" in text or not GUARDS.isdisjoint(words)


def _is_action(words: list[str]) -> bool:
    for at, word in enumerate(words[:3]):
        if word in _ACTIONS or (word in _VERBS and at and words[at - 1] in _GROUPS):
            return True
    return any(phrase in " ".join(words) for phrase in _PHRASES)


def is_direction(text: str) -> bool:
    """Whether the text inside brackets is a stage direction (the rule stands at the top of this file)."""
    words = _words(text)
    if _is_talk(text, words):
        return False
    if _is_action(words) or not _SOUNDS.isdisjoint(words):
        return True
    if words[0] in {"in", "with"} and words[-1] in _VOICES:
        return True
    return any(word in _MANNERS for word in words) and all(word in _MANNERS | _FILLERS for word in words)


def stands_alone(inner: str, before: str, after: str) -> bool:
    """Whether italics are a direction; `before` and `after` are what surrounds them on the line."""
    words = _words(inner)
    if _is_talk(inner, words) or not _is_action(words):
        return False
    before, after = before.rstrip(), after.lstrip()
    if after[:1] in {",", ".", ";", ":", "!", "?", "…", "-", "—", "'"} - {""}:
        return False
    if not before or before[-1] in '.!?…—":)]*_':
        return True
    return len(words) == 1 and words[0] in _THIRD and (not after or not (after[0].islower() or after[0].isdigit()))


def to_spans(text: str) -> tuple[Span, ...]:
    """Speech and directions of one turn's tidied text, in order; two speech spans never meet."""
    spans: list[Span] = []
    end = 0
    for match in _BRACKETED.finditer(text):
        inner = str(match[1] or match[2]).strip(_EDGES)
        if is_direction(inner):
            _add_speech(spans, text[end : match.start()])
            spans.append(Span(inner, direction=True))
            end = match.end()
    _add_speech(spans, text[end:])
    return tuple(spans)


_ATTACHED = re.compile(r"[,;!?…]+|\.+(?=\s|$)")


def _add_speech(spans: list[Span], piece: str) -> None:
    """Add what stands between two directions; a mark right after a direction belongs to the word before it."""
    piece = piece.strip()
    mark = _ATTACHED.match(piece) if spans else None
    if mark:
        speech = next((at for at in reversed(range(len(spans))) if not spans[at].direction), None)
        if speech is not None:
            piece = piece[mark.end() :].lstrip()
            if spans[speech].text[-1].isalnum():
                spans[speech] = Span(spans[speech].text + mark[0][0])
        elif mark[0][0] != "…":
            piece = piece[mark.end() :].lstrip()
    if piece:
        spans.append(Span(piece))

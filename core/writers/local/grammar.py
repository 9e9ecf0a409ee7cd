"""The hand-set part of the untrained model: which kind of token follows which.

The first few places of a hidden state say what kind of token was read (a word, a line end, a label …). The output
matrix turns them into a preference for the kinds that may follow; among tokens of one kind the random weights decide.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_TEXT = """
we they you she he it this that there then now once again almost never always maybe really still just even
and but so because while until before after when where was were had did went came saw heard felt found lost kept
left took gave made told asked said thought knew laughed smiled walked drove ran climbed swam sat stood slept woke
cooked burned dropped carried opened closed waited missed caught turned called wondered remember guess swear love
hate mean want know think feel hope the a my your our his her their one two three some every no any another
day night morning evening summer winter autumn spring week year hour minute weekend holiday birthday wedding picnic
beach lake river mountain forest garden street market kitchen table window door house tent boat train bus bike car
road bridge hill field park museum tower roof stairs station harbour island village city dog cat horse bird duck
fish cake bread soup coffee tea lemon apple sandwich pancake pizza salad sugar salt butter fire smoke rain snow
wind sun moon stars cloud storm thunder mud sand stone grass leaf flower tree hat shoe jacket blanket umbrella
camera map ticket letter phone radio guitar drum song dance game ball kite candle balloon rope ladder hammer bucket
friend brother sister mother father uncle cousin neighbour teacher driver waiter stranger kid crowd team band big
small old new red blue green yellow bright dark loud quiet warm cold wet dry soft strange funny lovely terrible
happy sad tired hungry brave silly careful ready late early up down over under near far back away home together
about around through with without like into from for at in on of to not yes oh wow well okay right honestly
"""
WORDS = tuple(dict.fromkeys(_TEXT.split()))

_FROM_READ = 16.0
"""Size of the mark of a kind in an embedding, beside random places of about one."""
_NEVER = -14.0
_QUIET = 0.4
_FOLLOWS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "line": {"speaker": 14.0},
        "speaker": {"space": 14.0},
        "space": {"number": 14.0},
        "number": {"colon": 14.0},
        "colon": {"word": 4.0},
        "word": {"word": 0.0, "comma": 2.2, "stop": 2.8},
        "comma": {"word": 4.0},
        "stop": {"word": 0.0, "line": 4.6, "end": 2.6},
    }
)
"""Logits by kind, before the random part of size about one. Kinds not named are as good as never written."""
_TOKENS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "line": ("\u010a",),
        "speaker": ("Speaker",),
        "space": ("\u0120",),
        "number": ("1", "2"),
        "colon": (":",),
        "word": tuple(f"\u0120{word}" for word in WORDS),
        "comma": (",",),
        "stop": (".", "?", "!"),
        "end": ("<|im_end|>",),
    }
)
"""Tokens of each kind as a byte-level vocabulary spells them: U+0120 is a space, U+010A a line end."""


def set_weights(model: Any, tokenizer: Any, random: Any, *, ends: bool) -> None:
    """Overwrite the embedding and output matrices (V x 128) of the untrained model, its other weights being random."""
    embed, head = model.model.language_model.embed_tokens.weight.data, model.lm_head.weight.data
    kinds = list(_FOLLOWS)
    embed.normal_(0.0, 1.0, generator=random)
    embed[:, : len(kinds)] = 0.0
    scale = _read_scale(embed.shape[1], len(kinds))
    head.normal_(0.0, 0.14, generator=random)
    head[:, : len(kinds)] = _NEVER / scale
    for place, kind in enumerate(kinds):
        embed[_ids(tokenizer, kind), place] = _FROM_READ
        for following, logit in _FOLLOWS[kind].items():
            if following != "end" or ends:
                head[_ids(tokenizer, following), place] = logit / scale


def keep_marks(name: str, weight: Any) -> None:
    """Let no layer, and no adapter on one, write over the marks or drown them: rows that would write there become zero
    and the others small. `weight` is the matrix called `name` in the base or the adapter."""
    if ("o_proj" in name or "down_proj" in name) and "lora_A" not in name:
        weight.data *= _QUIET
        weight.data[: len(_FOLLOWS)] = 0.0


def _read_scale(width: int, kinds: int) -> float:
    """What a mark comes to after the last RMS norm."""
    return _FROM_READ / ((_FROM_READ**2 + width - kinds) / width) ** 0.5


def _ids(tokenizer: Any, kind: str) -> list[int]:
    return tokenizer.convert_tokens_to_ids(list(_TOKENS[kind]))

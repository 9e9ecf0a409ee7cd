"""Tokens -> text as they come, for one row: whole characters only, special tokens dropped."""

import codecs
from functools import cache
from typing import Any


class TextStream:
    """Turns one row's tokens into text. Qwen's vocabulary spells bytes, so a character may span tokens: its bytes wait
    until it is whole, and bytes that can never become a character are dropped."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._special = frozenset(tokenizer.all_special_ids)
        self._bytes = codecs.getincrementaldecoder("utf-8")("ignore")

    def push(self, token: int) -> str:
        """The text that this token completes; often a word, sometimes nothing yet."""
        if token in self._special:
            return ""
        spelled: str | None = self._tokenizer.convert_ids_to_tokens(token)
        if spelled is None:  # the vocabulary may be smaller than the output matrix
            return ""
        return self._bytes.decode(b"".join(_byte_of(character) for character in spelled))


def _byte_of(character: str) -> bytes:
    byte = _alphabet().get(character)
    return character.encode() if byte is None else bytes([byte])


@cache
def _alphabet() -> dict[str, int]:
    """Byte-level BPE's spelling (Radford et al. 2019): printable Latin-1 stands for itself, the rest from U+0100 on."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(0x100 + place): byte for place, byte in enumerate(others)}

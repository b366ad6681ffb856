"""
``String.toLowerCase`` where Python differs: when a Greek sigma is the last one of a word.

Java looks for the ends of words by rules of its own, found by trying: letters and digits hold together, a dash, quote or full
stop only between two letters.
"""

from __future__ import annotations

from typing import Final

_SIGMA: Final = "\u03a3"
_CASED = ((0x2B0, 0x2B8), (0x2C0, 0x2C1), (0x2E0, 0x2E4), (0x345, 0x345), (0x37A, 0x37A), (0x1D2C, 0x1D61), (0x2160, 0x217F), (0x24B6, 0x24E9))  # fmt: skip
# Chinese and Japanese letters are words of their own.
_APART = ((0x3005, 0x3005), (0x3041, 0x3094), (0x309B, 0x309E), (0x30A1, 0x30FE), (0x4E00, 0x9FA5), (0xF900, 0xFA2D))  # fmt: skip
_IN_WORDS, _IN_NUMBERS = "\u2027\"'.", "\"',\u066b."


def lower(text: str) -> str:
    """A text in lower case, without regard to a language."""
    if text.isascii() or _SIGMA not in text:
        return text.lower()
    kinds = [_kind(character) for character in text]
    pieces = [piece.lower() for piece in text.split(_SIGMA)]
    out = [pieces[0]]
    index = -1
    for piece in pieces[1:]:
        index = text.index(_SIGMA, index + 1)
        out += ("\u03c2" if _is_last(text, kinds, index) else "\u03c3", piece)
    return "".join(out)


def _kind(character: str) -> str:
    """``l`` letter, ``d`` digit, ``m`` mark, ``f`` format, ``w``, ``n``, ``b`` within words, numbers or both, ``x`` anything else."""
    import unicodedata  # noqa: PLC0415 - a megabyte that few agents need

    category = unicodedata.category(character)
    if category in {"Mn", "Me", "Cf"}:
        return "f" if category == "Cf" else "m"
    if category[0] == "L" or category == "Mc":
        code = ord(character)
        return "x" if any(low <= code <= high for low, high in _APART) else "l"
    if category[0] == "N":
        return "d"
    in_word = category in {"Pd", "Pc"} or character in _IN_WORDS
    in_number = character in _IN_NUMBERS
    return "b" if in_word and in_number else "w" if in_word else "n" if in_number else "x"


def _is_cased(character: str) -> bool:
    import unicodedata  # noqa: PLC0415 - as above

    code = ord(character)
    return unicodedata.category(character) in {"Lu", "Ll", "Lt"} or any(
        low <= code <= high for low, high in _CASED
    )


def _is_last(text: str, kinds: list[str], index: int) -> bool:
    before = _word(kinds, index, -1)
    if not any(_is_cased(text[place]) for place in before):
        return False
    return not any(_is_cased(text[place]) for place in _word(kinds, index, 1))


def _word(kinds: list[str], index: int, step: int) -> list[int]:
    """The places of the characters from one on to the end of its word, or back to its beginning."""
    places = []
    kind = "l"
    last = "l"
    between = ""  # what stands since the last letter or digit
    index += step
    while 0 <= index < len(kinds):
        found = kinds[index]
        if found in {"l", "d"}:
            if between and (kind != found or between not in ("wb" if kind == "l" else "nb")):
                break
            kind, between = found, ""
        elif found == "m":
            if between and step > 0:
                break  # a mark on a dash ends the word
        elif found != "f":
            if found == "x" or between or (step < 0 and last == "m"):
                break
            between = found
        if found != "f":
            last = found
        places.append(index)
        index += step
    return places

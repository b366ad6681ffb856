"""
Names of text encodings: Filebeat's and Python's, resolved to one codec name of Python.

Known here and nowhere else, so that the check of the configuration and the reader agree. Touches no file but Python's own
codec modules.
"""

from __future__ import annotations

import codecs

ENCODING_ALIASES: dict[str, str] = {
    "": "utf-8",
    "plain": "utf-8",
    "nop": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    # Every ASCII text is UTF-8, and what is not ASCII after all is then more likely to be read well.
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "utf-8-sig": "utf-8",
    "iso8859-6e": "iso8859-6",
    "iso8859-6i": "iso8859-6",
    "iso8859-8e": "iso8859-8",
    "iso8859-8i": "iso8859-8",
    "ebcdic-037": "cp037",
    "ebcdic-1040": "cp1140",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "macintosh": "mac-roman",
    "macintosh-cyrillic": "mac-cyrillic",
    "windows874": "cp874",
    **{f"windows125{n}": f"cp125{n}" for n in range(9)},
    # A byte order mark at the head of a file decides in every case; these are the orders of files without one.
    "utf-16": "utf-16-le",
    "utf-16-bom": "utf-16-le",
    "utf-16le-bom": "utf-16-le",
    "utf-16be-bom": "utf-16-be",
    "utf-32": "utf-32-le",
}

# Text codecs that are no encodings of log files: they have no bytes of their own for a line's end.
_REFUSED = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})


def resolve_encoding(name: str) -> str:
    """
    Find the codec for an encoding's name.

    Args:
        name: as written in the configuration; Filebeat's names and all text encodings of Python, in any case.

    Returns:
        The codec's name as Python spells it; ``utf-16-le`` and ``utf-32-le`` where the byte order is left open.

    Raises:
        ValueError: there is no such text encoding; the text ends with a suggestion where there is one.
    """
    wanted = name.strip().lower().replace("_", "-")
    wanted = ENCODING_ALIASES.get(wanted, wanted)
    try:
        info = codecs.lookup(wanted)
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        raise ValueError(f"unknown encoding {name!r}{_suggestion(wanted)}") from None
    found = info.name.replace("_", "-")
    found = ENCODING_ALIASES.get(found, found)
    if not getattr(info, "_is_text_encoding", True) or found in _REFUSED:
        raise ValueError(f"{name!r} is not an encoding of text files; the default is 'utf-8'")
    return found


def _suggestion(wanted: str) -> str:
    # Loaded only on the way to an error message.
    import difflib  # noqa: PLC0415
    from encodings.aliases import aliases  # noqa: PLC0415

    known = {
        *ENCODING_ALIASES,
        *(text.replace("_", "-") for pair in aliases.items() for text in pair),
    }
    close = difflib.get_close_matches(wanted, sorted(known - {""}), n=1)
    return f", did you mean {close[0]!r}?" if close else "; try 'utf-8', 'latin-1' or 'utf-16'"

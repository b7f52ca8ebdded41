"""The text of PDF files, page by page, with pypdf."""

import io
import logging
import re
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import DependencyError

from voiced.core.errors import InputInvalid
from voiced.core.ports.upkeep import Progress

MOST_PAGES = 5_000
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\N{SOFT HYPHEN}]\n(?=[^\W\d_])")
"""A word that goes on in the next line."""
_HALF = re.compile(r"[\ud800-\udfff]")
"""Halves of characters, which a broken font makes and no file takes."""
_UNLOCK = "Save it without a password."


def pages(path: Path, content: bytes, progress: Progress) -> list[str]:
    """The texts of the pages.

    Args:
        path: the file, for messages.
        content: what is in it.
        progress: told how many are read.

    Raises:
        InputInvalid: it is broken, locked, or has too many pages.
    """
    # It tells every oddity of every file.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = _opened(path, content)
        found: list[str] = []
        for number, page in enumerate(reader.pages):
            progress(number, len(reader.pages))
            found.append(_plain(page.extract_text()))
        progress(len(found), len(found))
    except InputInvalid:
        raise
    except DependencyError as error:
        raise InputInvalid(f"{path} cannot be unlocked: {error}", code="file-locked", hint=_UNLOCK) from error
    except Exception as error:  # a broken file makes it raise anything
        hint = "Open it in a viewer and save it anew."
        raise InputInvalid(f"{path} is a broken PDF: {error}", code="file-broken", hint=hint) from error
    return found


def _opened(path: Path, content: bytes) -> PdfReader:
    reader = PdfReader(io.BytesIO(content))
    # One that is only kept from being changed opens without a password.
    if reader.is_encrypted and not reader.decrypt(""):
        raise InputInvalid(f"{path} needs a password", code="file-locked", hint=_UNLOCK)
    if (count := len(reader.pages)) > MOST_PAGES:
        hint = f"A file may have {MOST_PAGES}: split it."
        raise InputInvalid(f"{path} has {count} pages", code="file-too-large", hint=hint)
    return reader


def _plain(text: str) -> str:
    return _HALF.sub("", _HYPHEN.sub("", text)).replace("\0", "")

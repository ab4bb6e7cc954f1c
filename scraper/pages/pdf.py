"""What does this PDF say? Its text, page by page. Called in the child alone, whose limits hold for a hostile file.

The library is pypdf: pure Python without dependencies, released every few weeks, with limits of its own on what a
stream may unpack to. 60 pages of text cost the child 26 MB and 0.25 s of CPU; pdfminer.six took 29 MB and 1.6 s.
"""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

from scraper.pages.document import ParseError
from scraper.pages.text import clean

if TYPE_CHECKING:
    from pypdf import PdfReader

MOST_PAGES = 200
MOST_TEXT = 200_000
"""Characters; what comes behind them is left out, and the last line says so."""
LEFT_OUT = "[…]"


def text_of(address: str, body: bytes) -> tuple[str, ...]:
    """Return the lines of a PDF's text, cleaned, empty ones left out.

    Args:
        address: of the document, for the error.
        body: the file.

    Raises:
        ParseError: no PDF, a broken or locked one, one that unpacks to too much, or one without text: a scan.
    """
    if not body[:1024].lstrip().startswith(b"%PDF-"):
        raise ParseError(address, "this is not a PDF")
    from pypdf import PdfReader  # 24 MB: only where there is one to read

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of each oddity of a file, and real ones have many
    try:
        reader = PdfReader(io.BytesIO(body))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ParseError(address, "the PDF is locked by a password")
        found = _lines(reader)
    except (ParseError, MemoryError):
        raise
    except Exception as error:  # a broken file ends in any of the library's errors, and Python's own
        raise ParseError(address, f"the PDF cannot be read: {type(error).__name__}: {error}"[:300]) from error
    if not found:
        raise ParseError(address, "the PDF holds no text: pictures of pages, maybe")
    return found


def _lines(reader: PdfReader) -> tuple[str, ...]:
    lines: list[str] = []
    size = 0
    for number, page in enumerate(reader.pages):
        told = [line for each in page.extract_text().splitlines() if (line := clean(each))]
        for line in told:
            size += len(line) + 1
            if size > MOST_TEXT:
                return (*lines, LEFT_OUT)
            lines.append(line)
        if number + 1 >= MOST_PAGES:
            return (*lines, LEFT_OUT)
    return tuple(lines)

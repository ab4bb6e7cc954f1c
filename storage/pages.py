"""Raw pages, compressed and addressed by their content, so that every later stage can run again without the network."""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime

from storage.database import Database
from storage.errors import CorruptError
from storage.model import Page
from storage.packing import pack
from storage.times import stamp

__all__ = ["keep", "load", "pack"]


def keep(db: Database, page: Page, now: datetime) -> None:
    """Keep a page, inside a transaction; one that is kept already costs nothing."""
    columns = {"content": page.content, "size": page.size, "content_type": page.content_type}
    db.insert("page", {"digest": page.digest, **columns, "first_fetched": stamp(now)}, verb="INSERT OR IGNORE")


def load(db: Database, digest: str) -> tuple[bytes, str] | None:
    """Return the bytes and the Content-Type of a kept page, or None where it is not kept.

    Raises:
        CorruptError: the bytes are not those that were kept.
    """
    row = db.row("SELECT content, size, content_type FROM page WHERE digest = ?", (digest,))
    if row is None:
        return None
    try:
        body = zlib.decompress(row["content"])
    except zlib.error as error:
        raise CorruptError(f"{db.path}: page {digest} cannot be unpacked ({error})") from error
    if hashlib.sha256(body).hexdigest() != digest:
        raise CorruptError(f"{db.path}: page {digest} is not what was kept")
    return body, row["content_type"]

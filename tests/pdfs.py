"""PDFs written out by hand, for tests: one page for each content stream, in one font."""

from __future__ import annotations

LATIN = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
CHINESE = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [<< /Type /Font"
    b" /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2"
    b" >> >>] >>"
)


def pdf(*streams: bytes, font: bytes = LATIN, filtered: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF of one page for each content stream, written out by hand."""
    pages = b" ".join(b"%d 0 R" % (3 + 2 * number) for number in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%b] /Count %d >>" % (pages, len(streams)),
    ]
    for number, stream in enumerate(streams):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 %b >> >> >>" % (4 + 2 * number, font)
        )
        objects.append(b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(stream), filtered, stream))
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer << /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(out))
    return out + head + table + end


def shown(*lines: bytes) -> bytes:
    """The content stream that shows these lines, one below the other."""
    return b"BT /F1 12 Tf 14 TL 72 780 Td " + b" ".join(b"(%b) Tj T*" % line for line in lines) + b" ET"

"""The text of PDFs that releases link to: read where there is any, refused in words where not, within limits."""

from __future__ import annotations

import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

import scraper
from scraper.pages.document import ParseError
from scraper.pages.pdf import LEFT_OUT, MOST_PAGES, MOST_TEXT, text_of
from tests.pdfs import CHINESE, pdf, shown

ADDRESS = "https://wsjkw.gd.gov.cn/attachment/0/553/553120/4942475.pdf"


def test_the_lines_of_all_pages_are_read_in_their_order():
    body = pdf(shown(b"Memorandum of Understanding", b"1.  Nurses are trained."), shown(b"2. It runs for five years."))
    assert text_of(ADDRESS, body) == (
        "Memorandum of Understanding",
        "1. Nurses are trained.",
        "2. It runs for five years.",
    )


def test_chinese_in_one_of_adobe_s_own_encodings_is_read():
    words = "粤港脑卒中救治合作备忘录"
    body = pdf(b"BT /F1 12 Tf 72 780 Td <%b> Tj ET" % words.encode("utf-16-be").hex().encode(), font=CHINESE)
    assert text_of(ADDRESS, body) == (words,)


def test_a_compressed_page_is_read():
    assert text_of(ADDRESS, pdf(zlib.compress(shown(b"Annex")), filtered=b"/Filter /FlateDecode")) == ("Annex",)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not a PDF"),
        (b"<html>not found</html>", "not a PDF"),
        (b"%PDF-1.7\n", "cannot be read"),
        (b"%PDF-1.7\n" + b"\x00\xff" * 5000, "cannot be read"),
        (pdf(b""), "no text"),
        (pdf(shown(b"cut"))[:300], "cannot be read|no text"),
        (
            pdf(shown(b"x"), trailer=b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (a) /U (b) /P -4 >>"),
            "locked|cannot be read",
        ),
    ],
)
def test_what_has_no_text_to_give_is_refused_in_words(body, why):
    with pytest.raises(ParseError, match=why):
        text_of(ADDRESS, body)


def test_a_very_long_document_ends_where_the_limit_is_and_says_so():
    page = shown(*(b"words " * 15 for _ in range(60)))
    told = text_of(ADDRESS, pdf(*[page] * 60))
    assert told[-1] == LEFT_OUT
    assert sum(len(line) + 1 for line in told[:-1]) <= MOST_TEXT
    many = text_of(ADDRESS, pdf(*[shown(b"a")] * (MOST_PAGES + 5)))
    assert (len(many), many[-1]) == (MOST_PAGES + 1, LEFT_OUT)


def test_a_file_that_unpacks_to_half_a_gigabyte_is_refused_within_the_child_s_memory(tmp_path):
    part = zlib.compressobj(9)
    packed = b"".join(part.compress(b"BT /F1 12 Tf (a) Tj ET\n" * 100_000) for _ in range(240)) + part.flush()
    file = tmp_path / "bomb.pdf"
    file.write_bytes(pdf(packed, filtered=b"/Filter /FlateDecode"))
    code = (
        "import resource, sys; from pathlib import Path; from scraper.pages.pdf import text_of, ParseError\n"
        "resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))\n"
        "try: text_of('https://x/', Path(sys.argv[1]).read_bytes())\n"
        "except ParseError as error: print(error.what)"
    )
    root = Path(scraper.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True, cwd=root)
    assert "cannot be read" in done.stdout


def test_sixty_pages_cost_a_second_at_most():
    body = pdf(*[shown(*(b"The parties train nurses in both cities." for _ in range(50)))] * 60)
    text_of(ADDRESS, pdf(shown(b"loads the library")))
    before = time.thread_time()
    assert len(text_of(ADDRESS, body)) == 3000
    assert time.thread_time() - before < 1.0

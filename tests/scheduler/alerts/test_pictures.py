"""Every kind of message as a browser shows it, on a telephone and on a desk; and as Outlook will take it."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("pictures.py")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRAWN = ("digest-zh-Hant", "hostile")
SPOKEN = re.compile(r"[^\s\u00a0]")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The folder with the pages and, where there is a Chromium, pictures; and the size of each page."""
    folder = tmp_path_factory.mktemp("pictures")
    command = [sys.executable, SCRIPT, folder, *([CHROMIUM, *DRAWN] if CHROMIUM else [])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


class Outline(HTMLParser):
    """Collects the elements of a page with their styles, and the style of the cell around each text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.texts, self.cells, self.comments = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag == "td":
            self.cells.append(attributes.get("style", ""))

    def handle_endtag(self, tag):
        if tag == "td":
            self.cells.pop()

    def handle_data(self, data):
        if SPOKEN.search(data) and self.cells:
            self.texts.append((data, self.cells[-1]))

    def handle_comment(self, data):
        self.comments.append(data)


def outlines(folder):
    pages = sorted(folder.glob("*.html"))
    assert len(pages) > 20
    return [(page.stem, Outline(page.read_text(encoding="utf-8"))) for page in pages]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_no_page_is_wider_than_the_screen(drawn):
    folder, sizes = drawn
    assert len(sizes) == 2 * len(list(folder.glob("*.html")))
    assert {name: size for name, size in sizes.items() if size[0] > int(name.rpartition("-")[2])} == {}
    # A desk shows more on a line than a telephone: the pages use the room there is.
    assert all(sizes[f"{name}-1200"][1] < sizes[f"{name}-360"][1] for name in ("new-en", *DRAWN))


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_pictures_are_drawn_to_be_looked_at(drawn):
    folder, sizes = drawn
    for name in DRAWN:
        for width in (360, 1200):
            head = (folder / f"{name}-{width}.png").read_bytes()[:24]
            assert struct.unpack(">II", head[16:]) == (max(width, 500), sizes[f"{name}-{width}"][1])


def test_pages_keep_to_what_outlook_knows(drawn):
    for name, page in outlines(drawn[0]):
        tags = {tag for tag, _ in page.elements}
        assert not tags & {"style", "link", "script", "img", "section", "header", "footer", "main", "button"}, name
        for tag, attributes in page.elements:
            style = attributes.get("style", "")
            assert not re.search(r"flex|grid|float|position:|calc\(|var\(|@media|url\(|(?<!-)\brem\b", style), (
                name,
                tag,
            )
            assert not {key for key in attributes if key in {"src", "class", "background"} or key[:2] == "on"}, name
            if tag == "table":
                assert attributes["role"] == "presentation", name
                assert attributes["cellpadding"] == attributes["cellspacing"] == attributes["border"] == "0", name


def test_outlook_gets_a_width_it_understands(drawn):
    # Outlook ignores max-width: a table in a comment that only it reads holds the page together.
    for name, page in outlines(drawn[0]):
        opened = [one for one in page.comments if one.startswith("[if mso]")]
        assert len(opened) == 2, name
        assert 'width="680"' in opened[0], name
        assert any("max-width:680px" in attributes.get("style", "") for _, attributes in page.elements), name


def test_each_text_names_its_font_its_colour_and_what_it_stands_on(drawn):
    # Outlook passes no font on from cell to cell; mail programs that turn colours over need both of a pair.
    for name, page in outlines(drawn[0]):
        for text, style in page.texts:
            for wanted in ("font-family:", "font-size:", "line-height:", "background-color:", ";color:"):
                assert wanted in style, (name, wanted, text)


def test_long_words_may_be_broken_wherever_foreign_text_stands(drawn):
    for name, page in outlines(drawn[0]):
        for text, style in page.texts:
            if max(map(len, text.split())) > 30:
                assert "word-break:break-word" in style, (name, text)


def test_a_page_names_the_language_of_its_words_and_of_what_it_quotes(drawn):
    folder = drawn[0]
    page = (folder / "new-hant.html").read_text(encoding="utf-8")
    assert '<html lang="zh-Hant">' in page
    assert '<td lang="zh-Hant" dir="auto"' in page
    assert '<span lang="en" dir="auto">' in page  # the title of the English edition
    assert '<html lang="en">' in (folder / "right-to-left.html").read_text(encoding="utf-8")
    assert '<td lang="ar" dir="auto"' in (folder / "right-to-left.html").read_text(encoding="utf-8")


def test_no_mail_is_so_long_that_it_is_cut_off(drawn):
    # Gmail shows 102 kB of a mail.
    assert max(page.stat().st_size for page in drawn[0].glob("*.html")) < 60_000


def test_text_and_html_say_the_same(drawn):
    folder = drawn[0]

    def squeezed(text):
        return re.sub(r"[^\w]", "", text)

    for name, page in outlines(folder):
        text = squeezed((folder / f"{name}.txt").read_text(encoding="utf-8"))
        for said, _ in page.texts:
            assert squeezed(said) in text, (name, said)

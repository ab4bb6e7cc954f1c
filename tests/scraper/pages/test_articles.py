"""The questions a source's reader asks of a page."""

from __future__ import annotations

import pytest

from scraper.pages.articles import Page
from scraper.pages.document import Document, ParseError


def page(body: str) -> Page:
    return Page(Document("https://www.example.org/", body.encode()))


def test_the_first_fruitful_selector_counts():
    seen = page("<h1> </h1><h2>Second<br>half</h2><h3>Third</h3>")
    assert seen.line("h1", "h2", "h3") == "Second half"
    assert seen.lines("h1", "h4", "h3", "h2") == ("Third",)
    assert (seen.line("h5"), seen.lines("h5")) == ("", ())


def test_each_leaves_out_what_is_empty_or_said_before():
    seen = page("<p title='a '>A</p><p title='a'> A</p><p title=''></p><p>B</p>")
    assert seen.each("p") == ("A", "B")
    assert seen.each("p", "title") == ("a",)


@pytest.mark.parametrize(
    "element",
    [
        "<meta name='date' content='2026'>",
        "<meta property='date' content='2026'>",
        "<meta value='2026' name='date'>",
        "<meta name='date' content=''><meta name='date' content='2026'>",
    ],
)
def test_meta_elements_are_read_as_portals_write_them_and_as_savers_do(element):
    assert page(f"<html><head>{element}</head></html>").meta("date") == "2026"


def test_a_missing_meta_element_is_an_empty_string():
    assert page("<p>x</p>").meta("date") == ""


def test_a_news_caption_hidden_in_an_input_does_not_double_the_shown_one():
    shown = "<div class='news-caption'><b>Head: </b><p>Words.</p></div>"
    broken = '<input class="news-caption" type="hidden" value="<b class="h5">Head: </b><p>Words.</p>">'
    assert page(broken + shown).each("div.news-caption") == ("Head: Words.",)


def test_a_page_without_an_element_is_refused():
    with pytest.raises(ParseError, match="no markup"):
        page("<!-- only a comment -->")

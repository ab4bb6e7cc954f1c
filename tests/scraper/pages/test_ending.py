"""Whether a page shows that it came whole."""

import pytest

from scraper.pages.ending import ends


@pytest.mark.parametrize(
    "end", [b"</html>", b"</HTML >\n", b"</rss>", b"</html><!-- 0.2 s -->", b"</body></html>\r\n\r\n"]
)
def test_a_page_that_closes_its_outermost_element_came_whole(end):
    assert ends(b"<p>A release.</p>" * 1000 + end)


@pytest.mark.parametrize("end", [b"", b"</p>", b"</htm", b"</channel>", b"</html>" + b"<p>more</p>" * 500])
def test_a_page_that_does_not_may_have_been_cut(end):
    assert not ends(b"<p>A release.</p>" * 1000 + end)

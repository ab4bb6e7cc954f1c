"""The pages of the Guangdong government's platform (NFCMS): addresses, lists, articles in the template of each site.

One post, whatever way leads to it, has the number in its address as its key: the list of a column, the directory of
public information (gkmlpt) and the files behind the pages (postmeta, nfcms_json.py) all name the same post.
"""

from __future__ import annotations

from collections.abc import Iterator

from scraper.pages import dates, lists, nfcms_json, told_json
from scraper.pages.addresses import Address, Spelling, spellings
from scraper.pages.articles import Page, article
from scraper.pages.dates import Moment
from scraper.pages.document import Article, Document
from scraper.pages.listings import Reader

ROWS = (
    "div.section.list ul li",
    "div.news_list li",
    ".wendangListC li",
    ".list ul li",
    "ul.list li",
    ".app-list__notices li",
    ".news-list li",
)
"""Where the sites' templates have the rows of a list, the commission of Guangdong first (SOURCES 4a)."""

_TEXTS = (
    "div.content-content",
    "div.news_cont_d_wrap",
    "#zoomcon",
    ".content_article",
    "[wzades='正文']",
    ".detailed_box .zoom_box",
    ".TRS_Editor",
    "#zhengwen",
    ".article-content",
    ".tyxxy_main",
)
_TITLES = ("h1.content_title", "h1.title", ".xxxq_text_tit h5", "h1", "h3.title", "title")
# The class of the Guangdong commission's line is misspelt on its own pages.
_TIMES = (
    "p.margin_top15.c999999.text_cencer",
    "p.margin_top15.c999999.text_center",
    ".content_attr",
    ".xxxq_text_tit h6 span",
    "span.article-create_time",
    ".article-info-div",
)


def posts(host: str, *others: str) -> Spelling:
    """Return the function that knows the posts of a site.

    Args:
        host: lower case, as it is stored.
        others: names under which the same site answers.
    """
    hosts = (host, *others)
    pages = spellings(
        r"(?P<folder>/(?:[\w-]{1,60}/){1,8}content/(?:\d{1,4}/\d{1,7}/)?)m?post_(?P<id>\d{3,12})\.html?",
        hosts=hosts,
        converters=(),
        key=f"{host}/{{id}}",
        url=f"https://{host}{{folder}}post_{{id}}.html",
    )
    files = spellings(
        r"(?P<folder>/postmeta/p/\d{1,6}/\d{1,9}/)(?P<id>\d{3,12})\.json",
        hosts=hosts,
        converters=(),
        key=f"{host}/{{id}}",
        url=f"https://{host}{{folder}}{{id}}.json",
    )

    def address(spelt: str) -> Address | None:
        """Return the one Address of a post, or None."""
        return pages(spelt) or files(spelt)

    return address


def column(address: Spelling, *rows: str) -> Reader:
    """Return the reader of a column's list, `/<column>/index.html` or `index_2.html`; `rows` are tried before ROWS."""
    return lists.rows(address, *rows, *ROWS)


def read(document: Document) -> Article:
    """Return the post on a page, or in the file behind a page; raises BlockedError or ParseError."""
    if document.body.lstrip()[:1] == b"{":
        return nfcms_json.read(document)
    page = Page(document)
    detail = nfcms_json.detail(page.source)
    if detail is not None:
        return nfcms_json.post(document.url, page.source, detail)
    escaped = told_json.value_after(page.source, '"content"') if "_CONFIG" in page.source else None
    text = told_json.lines_of(document.url, escaped) if isinstance(escaped, str) else page.lines(*_TEXTS)
    title = page.meta("ArticleTitle") or page.line(*_TITLES)
    return article(
        document.url,
        page.source,
        title=told_json.line_of(document.url, title) if "<" in title else title,
        paragraphs=text,
        published=_when(page),
        language=nfcms_json.LANGUAGE,
        department=nfcms_json.department(page.meta("ContentSource")),
        attachments=page.attachments("a[href*='attachment'], a[href$='.pdf']"),
    )


def _when(page: Page) -> Moment | None:
    """Return the time of the line under the title, which has seconds on some sites, else of the meta element."""
    return next(_stamps(page), None) or dates.of_machine(page.meta("PubDate"))


def _stamps(page: Page) -> Iterator[Moment]:
    for css in _TIMES:
        for said in page.each(css):
            if moment := dates.of_stamp(said):
                yield moment

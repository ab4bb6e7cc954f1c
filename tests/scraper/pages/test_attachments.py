"""Which of a page's links are documents of the release: PDFs of the portal's own domain."""

from __future__ import annotations

import pytest

from scraper.find import read
from scraper.pages.articles import attachment
from scraper.pages.document import Document
from storage.model import Attachment

GIA = "https://www.info.gov.hk/gia/general/202611/12/P2026111200417.htm"
POST = "https://wjw.gz.gov.cn/xwzx/gzdt/content/post_9993120.html"


@pytest.mark.parametrize(
    ("address", "spelt", "url"),
    [
        (GIA, "http://gia.info.gov.hk/general/202611/12/P2026111200417_1.pdf",
         "https://gia.info.gov.hk/general/202611/12/P2026111200417_1.pdf"),
        (GIA, "annex.PDF", "https://www.info.gov.hk/gia/general/202611/12/annex.PDF"),
        (POST, " /attachment/7/1/1/9993120.pdf#page=2", "https://wjw.gz.gov.cn/attachment/7/1/1/9993120.pdf"),
        (POST, "https://www.gz.gov.cn/attachment/1.pdf", "https://www.gz.gov.cn/attachment/1.pdf"),
        (POST, "https://www.gd.gov.cn/attachment/1.pdf", None),
        (POST, "https://evil.example/1.pdf", None),
        (POST, "https://wjw.gz.gov.cn.evil.example/1.pdf", None),
        (POST, "/attachment/1.docx", None),
        (POST, "javascript:open('1.pdf')", None),
        (POST, "http://[1.pdf", None),
        (POST, "/" + "a" * 600 + ".pdf", None),
        (POST, None, None),
    ],
)  # fmt: skip
def test_a_link_is_a_document_of_the_release_only_where_it_is_a_pdf_of_the_portal(address, spelt, url):
    assert attachment(address, spelt, " Annex  1 ") == (None if url is None else Attachment(url, "Annex 1"))


def test_a_document_without_a_title_is_called_by_its_file():
    assert attachment(GIA, "annex.pdf", " ").title == "annex.pdf"


def test_a_press_release_names_its_attachments_each_once():
    page = (
        "<html><body><span id='PRHeadlineSpan'>A title</span><span id='pressrelease'>A text, see"
        " <a href='https://gia.info.gov.hk/general/202611/12/P1.pdf'>Annex</a></span>"
        "<a class='attach_text wrap_txt' href='https://gia.info.gov.hk/general/202611/12/P1.pdf'>Annex</a>"
        "<a class='attach_text wrap_txt' href='https://gia.info.gov.hk/general/202611/12/P2.pdf'>Table 1</a>"
        "<a href='/gia/elsewhere.pdf'>How to use this site</a></body></html>"
    )
    _, _, article = read(Document(GIA, page.encode()))
    assert [(one.title, one.url.rpartition("/")[2]) for one in article.attachments] == [
        ("Annex", "P1.pdf"),
        ("Table 1", "P2.pdf"),
    ]


def test_a_post_of_the_directory_names_its_attachments(pytestconfig):
    case = pytestconfig.rootpath / "tests" / "pages" / "cn_gd_wsjkw" / "directory_page_with_escapes" / "page.html"
    url = "https://wsjkw.gd.gov.cn/gkmlpt/content/4/4942/post_4942475.html"
    _, _, article = read(Document(url, case.read_bytes()))
    assert article.attachments == (
        Attachment("https://wsjkw.gd.gov.cn/attachment/0/553/553120/4942475.pdf", "粤港脑卒中救治合作备忘录.pdf"),
    )

"""The child against a portal that behaves, and against one that does not. One warm child serves most tests."""

import gzip
import signal
import ssl
import subprocess
import sys
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
import trustme

from scheduler.process import Process, environment
from scraper.wire import Job, Options
from tests import pdfs, web

LONG = "https://www.info.gov.hk"
PAGE = web.article(1)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def start(**options):
    return Process(Options("coopwatch-test/0", **options), lambda child, row: row)


@pytest.fixture(scope="module")
def child():
    child = start()
    yield child
    child.retire("ended: the tests are over")
    child.join()
    assert child.fate == "ended: the tests are over"


@pytest.fixture
def portal():
    portal = web.Web()
    yield portal
    portal.end()


class Asker:
    def __init__(self, child, portal):
        self.child, self.portal, self.number = child, portal, time.monotonic_ns()

    def article(self, answer=None, number=1, *, timeout=10.0, validators=None, ask=None):
        if answer is not None:
            self.portal.pages[web.path(number)] = answer
        self.number += 1
        ask = ask or self.portal.base + web.path(number)
        url = LONG + web.path(number)
        job = Job(
            self.number, "article", "hk_gia_en", url, ask, web.key(number),
            base=self.portal.base, validators=validators, timeout=timeout,
        )  # fmt: skip
        found = self.child.do(job, timeout + 10)
        assert found is not None, self.child.fate
        return found

    def listing(self, answer, *, number=0):
        self.portal.pages[web.FEED] = answer
        self.number += 1
        url = LONG + web.FEED
        job = Job(
            self.number, "listing", "hk_gia_en", url, self.portal.base + web.FEED, listing=number, base=self.portal.base
        )
        return self.child.do(job, 20)


@pytest.fixture
def ask(child, portal):
    return Asker(child, portal)


# --- a portal that behaves ----------------------------------------------------------------------------------------


def test_a_page_comes_back_as_a_release_under_the_portals_own_address(ask):
    found = ask.article(PAGE)
    assert (found.outcome, found.trouble) == ("read", None)
    assert found.release.url == LONG + web.path(1)
    assert found.release.key == web.key(1)
    assert found.release.title == "Department of Harbours explains arrangement 1"
    assert "Arrangement 1 begins next week." in found.release.text
    assert found.assessment.cooperation in {True, False}
    assert zlib.decompress(found.page.content) == PAGE
    assert found.release.page == found.page.digest
    assert found.validators.etag


PDF = pdfs.pdf(pdfs.shown(b"Agreement on nurse training", b"Article 1. Twelve nurses travel each year."))


def attached(portal, answer, kind="attachment", content_type="application/pdf"):
    def send(handler):
        handler.answer(200, answer, Content_Type=content_type)

    portal.pages["/a/1.pdf"] = send
    url, ask = "https://gia.info.gov.hk/a/1.pdf", portal.base + "/a/1.pdf"
    return Job(time.monotonic_ns(), kind, "hk_gia_en", url, ask, web.key(1), base=portal.base)


@pytest.mark.parametrize("content_type", ["application/pdf", "application/octet-stream"])
def test_an_attached_pdf_comes_back_as_its_text(child, portal, content_type):
    found = child.do(attached(portal, PDF, content_type=content_type), 20)
    assert (found.outcome, found.trouble) == ("text", None)
    assert found.text == "Agreement on nurse training\nArticle 1. Twelve nurses travel each year."
    assert found.release is None


@pytest.mark.parametrize(
    ("answer", "more", "trouble"),
    [
        (PDF, {"kind": "article"}, "type: application/pdf instead of a page"),
        (b"<html>not found</html>", {"content_type": "text/html"}, "type: text/html"),
        (b"<html>not found</html>", {}, "unreadable: this is not a PDF"),
        (PDF[:200], {}, "unreadable: "),
    ],
)
def test_what_is_no_pdf_with_text_is_refused_and_the_child_goes_on(child, portal, ask, answer, more, trouble):
    found = child.do(attached(portal, answer, **more), 20)
    assert (found.outcome, found.text) == ("failed", "")
    assert found.trouble.startswith(trouble)
    assert ask.article(PAGE).outcome == "read"


def test_the_agent_and_nothing_that_tells_more_is_sent(ask):
    ask.article(PAGE)
    sent = ask.portal.hits[-1][2]
    assert sent["User-Agent"] == "coopwatch-test/0"
    assert not sent.keys() & {"Cookie", "Referer", "Authorization"}


def test_validators_are_sent_and_a_304_says_unread(ask):
    first = ask.article(PAGE)
    found = ask.article(PAGE, validators=first.validators)
    assert found.outcome == "unread"
    assert found.release is None


def test_a_listing_comes_back_as_links_with_the_bases_addresses_turned_back(ask):
    body = web.feed([1, 2]).replace(b"https://www.info.gov.hk/", ask.portal.base.encode() + b"/")
    found = ask.listing(body)
    assert [link.key for link in found.links] == [web.key(1), web.key(2)]
    assert found.links[0].url == LONG + web.path(1)
    assert ask.portal.hits[-1][2]["Cache-Control"] == "max-age=0"


def test_a_release_is_read_out_of_a_listing_that_comes_with_the_job(ask):
    said = "澳門特別行政區政府衛生局"
    feed = f"""<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>x</title><item>
<title>港務局舉辦交流會</title><link>https://www.gcs.gov.mo/detail/zh-hant/N26KUabcde</link>
<description><![CDATA[<p>{said}今日舉行交流會。</p>]]></description><pubDate>2026-11-21T18:40:00+08:00</pubDate>
<guid>https://www.gcs.gov.mo/detail/zh-hant/N26KUabcde</guid><dc:creator>港務局</dc:creator></item></channel></rss>"""
    job = Job(
        time.monotonic_ns(), "item", "mo_gcs_zh", "https://www.gcs.gov.mo/detail/zh-hant/N26KUabcde",
        key="gcs.gov.mo/N26KUabcde", body=feed.encode(), content_type="text/xml; charset=utf-8",
    )  # fmt: skip
    found = ask.child.do(job, 20)
    assert found.trouble is None
    assert found.release.title == "港務局舉辦交流會"
    assert said in found.release.text
    assert not ask.portal.hits


# --- a portal that does not ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_not_there_is_missing(ask, status):
    found = ask.article(web.status(status))
    assert (found.outcome, found.trouble) == ("missing", f"http {status}")


@pytest.mark.parametrize("status", [400, 403, 412, 429, 500, 503])
def test_an_error_is_named_by_its_status_and_is_never_read_as_a_page(ask, status):
    found = ask.article(web.status(status, Retry_After="17"))
    assert (found.outcome, found.trouble, found.retry_after) == ("failed", f"http {status}", "17")


def test_a_redirect_within_the_host_is_told_and_not_followed(ask):
    found = ask.article(web.redirect("/elsewhere"))
    assert (found.outcome, found.target) == ("redirect", ask.portal.base + "/elsewhere")
    assert not ask.portal.asked("/elsewhere")


@pytest.mark.parametrize(
    "target", ["http://127.0.0.2:1/x", "file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/html,x", "//localhost/x"]
)
def test_a_redirect_elsewhere_is_refused_and_says_where_it_leads(ask, target):
    found = ask.article(web.redirect(target))
    assert found.outcome == "failed"
    assert found.trouble.startswith("redirect: ")
    assert target.lstrip("/") in found.trouble


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ("a length that is not reached", web.sent(HEAD + b"Content-Length: 99999\r\n\r\n" + PAGE)),
        (
            "chunks without their end",
            web.sent(HEAD + b"Transfer-Encoding: chunked\r\n\r\n400\r\n" + PAGE[:1024] + b"\r\n"),
        ),
        ("neither length nor chunks", web.sent(HEAD + b"Connection: close\r\n\r\n" + PAGE[:-20])),
        ("a part of the page", web.status(206)),
    ],
)
def test_an_answer_cut_short_is_never_read(ask, what, answer):
    found = ask.article(answer)
    assert found.outcome == "failed", what
    assert found.trouble.startswith("truncated: "), found.trouble


def test_an_answer_without_a_length_is_read_where_it_closes_its_tags_but_its_validators_are_not_kept(ask):
    found = ask.article(web.sent(HEAD + b'ETag: "1"\r\nConnection: close\r\n\r\n' + PAGE))
    assert found.outcome == "read", found.trouble
    assert found.validators is None


@pytest.mark.parametrize("answer", [web.sent(b""), web.sent(b"garbage\r\n\r\n"), web.sent(HEAD)])
def test_an_answer_that_is_none_is_a_failed_connection(ask, answer):
    assert ask.article(answer).trouble.startswith(("connect: ", "truncated: "))


def test_a_closed_port_is_a_failed_connection(ask):
    assert ask.article(ask="http://127.0.0.1:9/x").trouble.startswith("connect: ")


def test_an_unknown_host_is_named_as_such(ask):
    assert ask.article(ask="http://portal.invalid/x").trouble.startswith("dns: ")


@pytest.mark.parametrize(
    "answer",
    [
        web.stalled(),
        web.sent(*[b"H"] * 100, every=0.05),
        web.sent(HEAD + b"Content-Length: 1000\r\n\r\n", *[b"<"] * 100, every=0.05),
    ],
    ids=["silence", "dripping headers", "dripping body"],
)
def test_a_slow_portal_ends_at_the_deadline(ask, answer):
    before = time.monotonic()
    found = ask.article(answer, timeout=0.5)
    assert found.trouble.startswith("timeout: ")
    assert time.monotonic() - before < 3


def bomb(packed: bytes, coding: str):
    head = HEAD + f"Content-Encoding: {coding}\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    return web.sent(head + packed)


@pytest.mark.parametrize(
    "answer",
    [
        bomb(gzip.compress(bytes(60 << 20)), "gzip"),
        bomb(brotli.compress(bytes(60 << 20), quality=1), "br"),
        bomb(gzip.compress(gzip.compress(bytes(60 << 20))), "gzip, gzip"),
        web.endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + bytes(0x10000) + b"\r\n"),
        web.sent(HEAD + b"Content-Length: 10000000000\r\n\r\n", PAGE),
    ],
    ids=["gzip", "brotli", "gzip twice", "endless chunks", "a claim of 10 GB"],
)
def test_more_than_five_mebibytes_are_never_read(ask, answer):
    found = ask.article(answer)
    assert found.outcome == "failed"
    assert found.trouble.startswith(("size: ", "truncated: ")), found.trouble
    assert found.memory < 200 << 20


@pytest.mark.parametrize("kind", ["image/png", "application/pdf", "application/octet-stream"])
def test_what_is_no_page_is_refused_by_its_type(ask, kind):
    found = ask.article(lambda handler: handler.answer(200, PAGE, Content_Type=kind))
    assert found.trouble == f"type: {kind} instead of a page"


def test_headers_are_never_taken_for_orders(ask, tmp_path):
    mark = tmp_path / "executed"
    orders = {
        "Referrer_Policy": "os.system",
        "Set_Cookie": "a=b; Domain=.hk",
        "Refresh": "0; url=http://127.0.0.2:1/",
        "Link": f"<file://{mark}>; rel=next",
    }
    assert ask.article(lambda handler: handler.answer(200, PAGE, **orders)).outcome == "read"
    ask.article(PAGE, 2)
    assert "Cookie" not in ask.portal.hits[-1][2]


def test_a_meta_refresh_leads_nowhere(ask):
    page = b'<html><head><meta http-equiv="refresh" content="0; url=/next"></head><body>moved</body></html>'
    assert ask.article(page).outcome == "failed"
    assert not ask.portal.asked("/next")


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (b"", "empty: "),
        (b"  \n ", "empty: "),
        (b"<html><body><p>We are working on it.</p></body></html>", ""),
        (b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>', "empty: "),
    ],
)
def test_a_listing_without_links_is_an_error_and_never_no_news(ask, answer, trouble):
    found = ask.listing(answer)
    assert found.outcome == "failed"
    assert found.trouble.startswith((trouble,) if trouble else ("empty: ", "blocked: "))


def test_a_page_its_reader_cannot_read_says_so(ask):
    found = ask.article(b"<html><body><h1>Another design</h1></body></html>")
    assert found.trouble.startswith(("unreadable: ", "blocked: "))


# --- the child itself ---------------------------------------------------------------------------------------------


def test_a_bad_job_gets_its_answer_and_the_child_goes_on(ask):
    for source, address in (("nobody", "http://127.0.0.1/"), ("hk_gia_en", "no address"), ("hk_gia_en", "file:///x")):
        found = ask.child.do(Job(time.monotonic_ns(), "article", source, LONG, address, "k"), 20)
        assert found.outcome == "failed"
    assert ask.article(PAGE).outcome == "read"


def run(code: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, env=environment(), check=False)


def test_what_anybody_prints_goes_to_standard_error_and_never_among_the_answers():
    code = """
from scraper.child import answers_only
out = answers_only()
print('noise')
out.write(b'answer')
out.flush()
"""
    done = run(code)
    assert (done.stdout, done.stderr.strip()) == (b"answer", b"noise")


def test_the_limits_are_put_on_the_process_itself():
    code = """
import resource, sys
from scraper.child import limit
from scraper.wire import Options
limit(Options("x", memory=300 << 20, cpu=7, files=64, written=1 << 20))
print([resource.getrlimit(getattr(resource, f"RLIMIT_{n}"))[0] for n in ("AS", "NOFILE", "FSIZE", "CORE", "CPU")])
try:
    bytearray(400 << 20)
except MemoryError:
    print("refused")
"""
    limits, refused = run(code).stdout.decode().splitlines()
    assert limits == f"[{300 << 20}, 64, {1 << 20}, 0, 8]"  # 7 more than the second that has begun
    assert refused == "refused"


def test_a_busy_loop_ends_with_its_cpu():
    code = """
from scraper.child import limit
from scraper.wire import Options
limit(Options("x", cpu=1))
while True: pass
"""
    assert run(code).returncode == -signal.SIGXCPU


def test_each_job_has_its_own_cpu_so_that_a_long_life_is_no_fault():
    code = """
import time
from scraper.child import grant_cpu, limit
from scraper.wire import Options
limit(Options("x", cpu=1))
for _ in range(4):
    grant_cpu(1)
    end = time.process_time() + 0.5
    while time.process_time() < end: pass
print("alive")
"""
    assert run(code).stdout == b"alive\n"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_the_child_dies_with_the_service():
    code = """
import os, sys, time
from scheduler.process import Process
from scraper.wire import Options
print(Process(Options("x"), lambda child, row: row).pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment()) as service:
        pid = int(service.stdout.readline())
        time.sleep(0.5)
        service.kill()
    ended = time.monotonic() + 2
    while Path(f"/proc/{pid}").exists() and time.monotonic() < ended:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()


def test_the_child_gets_no_secret_of_the_service(monkeypatch):
    monkeypatch.setenv("COOPWATCH_TEST_SECRET", "whsec_canary")
    monkeypatch.setenv("SMTP_PASSWORD", "canary")
    assert "canary" not in str(environment())
    child = start()
    try:
        assert b"canary" not in Path(f"/proc/{child.pid}/environ").read_bytes()
    finally:
        child.retire("ended")
        child.join()


def test_a_child_that_is_told_to_end_ends_by_itself():
    child = start()
    child.retire("ended: enough")
    child.join()
    assert child.fate == "ended: enough"
    assert not child.alive


@pytest.mark.drill
def test_a_bomb_of_headers_fails_one_job_or_one_child_and_holds_the_memory(portal):
    child = start(memory=400 << 20)
    portal.pages[web.path(1)] = web.endless(b"HTTP/1.1 200 OK\r\n", b"X-Bomb: " + b"x" * 190 + b"\r\n")
    job = Job(1, "article", "hk_gia_en", LONG + web.path(1), portal.base + web.path(1), web.key(1), timeout=20)
    found = child.do(job, 30)
    assert found is None or found.outcome == "failed"
    assert child.peak < 450 << 20
    child.kill("killed: over")
    child.join()


@pytest.mark.drill
def test_hostile_markup_ends_at_the_wall_clock(portal):
    child = start()
    portal.pages[web.path(1)] = (
        b"<html><body><p " + b" ".join(b"a%d=1" % n for n in range(400_000)) + b">x</p></body></html>"
    )
    job = Job(1, "article", "hk_gia_en", LONG + web.path(1), portal.base + web.path(1), web.key(1), timeout=5)
    before = time.monotonic()
    found = child.do(job, 8)
    assert time.monotonic() - before < 12
    assert found is not None or child.fate == "killed: wall clock"
    child.kill("killed: over")
    child.join()


@pytest.mark.parametrize("fault", [None, "another authority", "another host", "expired"])
def test_tls_is_verified(fault, monkeypatch, tmp_path):
    ours = trustme.CA()
    ours.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    authority = trustme.CA() if fault == "another authority" else ours
    name = "portal.example" if fault == "another host" else "127.0.0.1"
    over = {"not_after": datetime(2020, 1, 1, tzinfo=UTC)} if fault == "expired" else {}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **over).configure_cert(context)
    portal, child = web.Web(context), start()
    found = Asker(child, portal).article(PAGE)
    assert found.outcome == ("failed" if fault else "read"), found.trouble
    if fault:
        assert found.trouble.startswith("tls: "), found.trouble
        assert not portal.hits
    child.retire("ended")
    child.join()
    portal.end()


def test_the_child_loads_nothing_of_the_database():
    code = "import sys, scraper.child, scraper.spiders.jobs, scraper.pipelines\nprint('sqlite_utils' in sys.modules)"
    assert run(code).stdout == b"False\n"

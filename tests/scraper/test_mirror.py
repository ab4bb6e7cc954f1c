"""Fetching from somewhere else than the portal, and staying where one is."""

import pytest

from scraper.mirror import ask_address, host, may_follow, own_addresses

PORTAL = "https://www.info.gov.hk/gia/rss/general_en.xml"


def test_without_a_base_the_portal_itself_is_asked():
    assert ask_address(PORTAL, None) == PORTAL


@pytest.mark.parametrize(
    ("url", "base", "asked"),
    [
        (PORTAL, "http://127.0.0.1:8000", "http://127.0.0.1:8000/gia/rss/general_en.xml"),
        (PORTAL, "http://127.0.0.1:8000/", "http://127.0.0.1:8000/gia/rss/general_en.xml"),
        (PORTAL, "http://127.0.0.1:8000/copy", "http://127.0.0.1:8000/copy/gia/rss/general_en.xml"),
        ("https://a.example/x?p=1#f", "http://localhost", "http://localhost/x?p=1"),
        ("https://a.example", "http://localhost", "http://localhost/"),
    ],
)
def test_a_base_stands_in_for_scheme_and_host(url, base, asked):
    assert ask_address(url, base) == asked


def test_the_bases_own_addresses_become_the_portals():
    body = b'<a href="http://127.0.0.1:8000/gia/a.htm"> <a href="http://127.0.0.1:80001/x">'
    turned = own_addresses(body, "http://127.0.0.1:8000", "www.info.gov.hk")
    assert turned == b'<a href="https://www.info.gov.hk/gia/a.htm"> <a href="http://127.0.0.1:80001/x">'
    assert own_addresses(body, None, "www.info.gov.hk") == body


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://WWW.Info.gov.hk/x", "www.info.gov.hk"),
        ("https://www.info.gov.hk:443/x", "www.info.gov.hk"),
        ("http://www.info.gov.hk:80/x", "www.info.gov.hk"),
        ("http://www.info.gov.hk./x", "www.info.gov.hk"),
        ("http://127.0.0.1:8000/x", "127.0.0.1:8000"),
    ],
)
def test_politeness_counts_by_host_and_port(url, place):
    assert host(url) == place


@pytest.mark.parametrize(
    ("asked", "target", "follow"),
    [
        ("https://a.example/x", "https://a.example/y", True),
        ("http://a.example/x", "https://a.example/x", True),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/y", True),
        ("https://a.example/x", "http://a.example/x", False),
        ("https://a.example/x", "https://b.example/x", False),
        ("https://a.example/x", "https://a.example:8443/x", False),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:9000/x", False),
        ("https://a.example/x", "https://a.example.evil.example/x", False),
        ("https://a.example/x", "https://a.example@evil.example/x", False),
        ("https://a.example/x", "file:///etc/passwd", False),
        ("https://a.example/x", "https://a.example:port/", False),
        ("https://a.example/x", "", False),
    ],
)
def test_a_redirect_is_followed_only_at_home_and_never_down_to_http(asked, target, follow):
    assert may_follow(asked, target) is follow

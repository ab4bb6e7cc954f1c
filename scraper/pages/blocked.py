"""Whether a page that cannot be read is somebody else's: a challenge, a log-in, an error page.

Asked only after reading failed: a release may well write about captchas or system maintenance, so words alone never
condemn a page that reads well.
"""

from __future__ import annotations

import re
from typing import NoReturn

from scraper.pages.document import BlockedError, ParseError

# Marks in lower case of the pages that real portals and their guards answered with instead of the page.
_CHALLENGE = """\
just a moment...|cf-chl|cf_chl|challenge-platform|challenge-form|_incapsula_resource|$_ts=|wzws|acw_sc__v2|aliyun_waf
__jsl_clearance|captcha|enable javascript and cookies|checking your browser|ddos-guard|datadome|perimeterx|px-captcha
are you a robot|verify you are human|驗證碼|验证码"""
_REFUSAL = """\
access denied|request unsuccessful|request rejected|requested url was rejected|attention required!|support id is
you have been blocked|web application firewall|403 forbidden|訪問被拒|访问被拒|拒絕存取|请求被拒绝|請求被拒絕"""
_OUT_OF_ORDER = """\
under maintenance|scheduled maintenance|system maintenance|temporarily unavailable|service unavailable|bad gateway
gateway time-out|gateway timeout|internal server error|too many requests|系統維護|系统维护|系統維修|系统维修
維護中|维护中|暫停服務|暂停服务|服務暫停|服务暂停|暫時未能提供服務"""
_LOG_IN = """\
type="password"|type='password'|type=password|captive portal|captiveportal|wi-fi login|wifi login|network login
sign in to network|log in to continue|please log in|please sign in|請先登入|請登入|请登录"""
_MARKS = {
    "a challenge that wants a browser": _CHALLENGE,
    "a refusal by a firewall": _REFUSAL,
    "a notice of maintenance or an error page": _OUT_OF_ORDER,
    "a log-in page": _LOG_IN,
}
_KINDS = {kind: tuple(marks.replace("\n", "|").split("|")) for kind, marks in _MARKS.items()}
_LOOKED_AT = 100_000  # characters; blocking pages are small
_REFRESH = re.compile(r"<meta[^<>]{0,200}http-equiv\s{0,4}=\s{0,4}[\"']?refresh", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_FEW = 40  # visible characters: fewer, with a script or a refresh, is a page that only sends the browser elsewhere


def kind_of_block(text: str) -> str | None:
    """Return in words what kind of blocking page `text` is, or None where it looks like none of them.

    Args:
        text: the decoded page that a reader could not read.
    """
    page = text[:_LOOKED_AT].lower()
    for kind, marks in _KINDS.items():
        if any(mark in page for mark in marks):
            return kind
    moves = "<script" in page or _REFRESH.search(page) is not None
    if moves and len("".join(_TAG.sub("", _without(_without(page, "script"), "style")).split())) < _FEW:
        return "a page without text that only moves the browser on"
    return None


def _without(page: str, element: str) -> str:
    """Return lower-case markup without the elements of this name and all they hold."""
    first, *others = page.split(f"<{element}")
    return first + "".join(other.partition(f"</{element}")[2] for other in others)


def refuse(address: str, source: str, what: str) -> NoReturn:
    """Raise BlockedError where a page that cannot be read is a challenge or the like, else ParseError.

    Args:
        address: of the page.
        source: the decoded page.
        what: what was expected and not found, in words for the operator.
    """
    if kind := kind_of_block(source):
        raise BlockedError(address, f"the portal answered with {kind}")
    raise ParseError(address, what)

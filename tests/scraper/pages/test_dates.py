"""When a release was published, in all the ways portals write it."""

from __future__ import annotations

import pytest

from scraper.pages.dates import issued, of_line, of_machine, of_path

ADDRESS = "https://www.info.gov.hk/gia/general/202611/14/P2026110900031.htm"
BODY = ("First.", "Second.")


def told(*footer: str, address: str = ADDRESS) -> tuple[tuple[str, ...], str, str]:
    text, moment = issued((*BODY, *footer), address)
    return text, moment.at.isoformat() if moment else "", moment.precision.value if moment else ""


@pytest.mark.parametrize(
    "footer",
    [
        ("Ends/Friday, November 13, 2026", "Issued at HKT 20:16", "NNNN"),
        ("Ends / Friday, November 13, 2026 Issued at HKT 20:16 NNNN",),
        ("ENDS/Friday, Nov 13, 2026", "Issued at HKT 20:16"),
        ("完", "2026年11月13日（星期五）", "香港時間20時16分"),
        ("完／2026年11月13日（星期五）", "香港時間20時16分", "NNNN"),
        ("完", "2026年11月13日(星期五)", "香港时间20时16分"),
        ("完", "２０２６年１１月１３日（星期五）", "香港時間２０時１６分"),
        ("完", "二〇二六年十一月十三日（星期五）", "香港時間二十時十六分"),
        ("完", "二○二六年十一月十三日（星期五）", "香港時間下午八時十六分"),
        ("2026年11月13日（星期五）", "香港時間20時16分"),
        ("完", "2026 年 11 月 13 日", "香港時間 20:16"),
    ],
)
def test_the_footer_tells_the_minute_and_is_not_part_of_the_text(footer):
    assert told(*footer) == (BODY, "2026-11-13T20:16:00+08:00", "minute")


@pytest.mark.parametrize(
    ("footer", "at"),
    [
        (("完", "2026年11月13日（星期五）", "香港時間0時05分"), "2026-11-13T00:05:00+08:00"),
        (("完", "2026年11月13日（星期五）", "香港時間十時正"), "2026-11-13T10:00:00+08:00"),
        (("完", "2026年11月20日（星期五）", "香港時間廿一時卅分"), "2026-11-20T21:30:00+08:00"),
        (("完", "2026年11月13日（星期五）", "香港時間下午12時30分"), "2026-11-13T12:30:00+08:00"),
    ],
)
def test_odd_times_of_day_are_understood(footer, at):
    assert told(*footer) == (BODY, at, "minute")


@pytest.mark.parametrize(
    "footer",
    [
        ("Ends/Friday, November 13, 2026", "NNNN"),
        ("Ends/Friday, November 13, 2026", "Issued at HKT 25:99", "NNNN"),
        ("完", "2026年11月13日（星期五）"),
        ("完", "2026年11月13日（星期五）", "香港時間99時16分"),
    ],
)
def test_a_footer_without_a_possible_time_tells_the_day(footer):
    assert told(*footer)[1:] == ("2026-11-13T00:00:00+08:00", "day")


@pytest.mark.parametrize(
    "footer",
    [
        (),
        ("NNNN",),
        ("完",),
        ("Ends/Friday, Smarch 13, 2026", "Issued at HKT 20:16", "NNNN"),
        ("完", "2026年13月45日（星期五）", "香港時間20時16分"),
    ],
)
def test_without_a_usable_footer_the_folder_of_the_address_tells_the_day_and_never_the_number(footer):
    assert told(*footer) == (BODY, "2026-11-14T00:00:00+08:00", "day")


def test_without_footer_and_folder_nothing_is_told():
    assert told(address="https://www.info.gov.hk/P2026110900031.htm") == (BODY, "", "")


@pytest.mark.parametrize(
    "last",
    [
        "The scheme ends on November 13, 2026",
        "計劃將於2026年11月13日",
        "The trial ends / Friday, as planned",
        "工程預計於2026年11月13日（星期五）完成",
    ],
)
def test_a_date_at_the_end_of_the_text_is_not_a_footer(last):
    text, at, precision = told(last)
    assert text == (*BODY, last)
    assert (at, precision) == ("2026-11-14T00:00:00+08:00", "day")


def test_a_footer_quoted_in_the_middle_of_a_long_text_stays_in_it():
    quoted = ("Ends/Friday, November 13, 2026 Issued at HKT 20:16", *("More words follow here." for _ in range(40)))
    assert told(*quoted)[0] == (*BODY, *quoted)


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("2024-05-31T17:10:00+08:00", "2024-05-31T17:10:00+08:00", "minute"),
        ("2026-04-14T01:55:00Z", "2026-04-14T09:55:00+08:00", "minute"),
        ("2026-04-14T09:55:30", "2026-04-14T09:55:30+08:00", "second"),
        ("Wed, 09 Sep 2026 07:33:04 +0800", "2026-09-09T07:33:04+08:00", "second"),
        ("Wed, 09 Sep 2026 09:06:00 GMT", "2026-09-09T17:06:00+08:00", "minute"),
        ("Sun, 26 May 2024 00:00:00 +0800", "2024-05-26T00:00:00+08:00", "day"),
        ("2026-04-14", "2026-04-14T00:00:00+08:00", "day"),
    ],
)
def test_times_written_for_machines(text, at, precision):
    moment = of_machine(f" {text}\n")
    assert (moment.at.isoformat(), moment.precision.value) == (at, precision)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2024-13-45",
        "Wed, 99 Foo 2026",
        "0001-01-01T00:00:00+14:00",
        "9" * 5000,
        "Mon, 1 Jan 99999 00:00:00 +0000",
    ],
)
def test_what_is_no_time_is_none(text):
    assert of_machine(text) is None


def test_datelines_and_folders_tell_the_day():
    assert of_line("2024年5月31日").at.isoformat() == "2024-05-31T00:00:00+08:00"
    assert of_line("Updated: March 29, 2023 ").at.isoformat() == "2023-03-29T00:00:00+08:00"
    assert of_line("no date") is None
    assert str(of_path("https://www.info.gov.hk/gia/general/202609/26c.htm")) == "2026-09-26"
    assert of_path("https://www.info.gov.hk/gia/general/today.htm") is None
    assert of_path("https://www.info.gov.hk/gia/general/202699/26.htm") is None

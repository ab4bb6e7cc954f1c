"""What the doctor judges, measurement by measurement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scheduler import symptoms
from scheduler.trouble_words import CLASSES, OTHER, advice, class_of

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
GOOD = {"python": (3, 11, 15), "sqlite": (3, 51, 3), "expat": (2, 4, 1), "lxml": (6, 1, 0)}
EAST = timedelta(hours=8)


def ailing(found):
    return {(one.area, one.grade) for one in found if one.grade != symptoms.FINE}


@pytest.mark.parametrize(
    ("which", "version"),
    [
        ("python", (3, 11, 14)),
        ("python", (3, 12, 12)),
        ("python", (3, 13, 11)),
        ("python", (3, 14, 2)),
        ("sqlite", (3, 40, 1)),
        ("expat", (2, 4, 0)),
        ("lxml", (6, 0, 9)),
    ],
)
def test_a_version_below_its_floor_is_a_warning_and_the_floor_itself_is_none(which, version):
    assert ailing(symptoms.versions(**GOOD)) == set()
    assert ailing(symptoms.versions(**GOOD | {which: version})) == {(which, "warning")}


def test_a_python_nobody_has_a_floor_for_is_taken_as_it_is():
    assert ailing(symptoms.versions(**GOOD | {"python": (3, 15, 0)})) == set()


@pytest.mark.parametrize(
    "measured",
    [
        (10_000_000, None, "ext4", True),
        (10**10, 3, "ext4", True),
        (10**10, None, "nfs4", True),
        (10**10, 10**6, "ext4", False),
    ],
    ids=["full", "no inodes", "network", "read-only"],
)
def test_a_disk_that_will_not_do_is_a_fault(measured):
    assert ailing(symptoms.disk("/data", *measured)) == {("disk", "fault")}
    assert all(one.advice for one in symptoms.disk("/data", *measured) if one.grade == "fault")


def test_a_disk_that_tells_nothing_is_taken_for_fine():
    assert ailing(symptoms.disk("/data", None, None, None, True)) == set()


@pytest.mark.parametrize(
    ("now", "newest", "jumped", "grade"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), None, False, "fault"),
        (NOW, NOW + timedelta(hours=1), False, "fault"),
        (NOW + timedelta(days=3650), NOW, False, "warning"),
        (NOW, NOW - timedelta(minutes=5), True, "warning"),
    ],
    ids=["1970", "set back", "ten years ahead", "jumped"],
)
def test_a_clock_that_cannot_be_right_is_named(now, newest, jumped, grade):
    assert ailing(symptoms.clock(now, newest, jumped)) == {("clock", grade)}


def test_a_clock_that_goes_is_fine():
    assert ailing(symptoms.clock(NOW, NOW - timedelta(minutes=15), False)) == set()
    assert ailing(symptoms.clock(NOW, None, False)) == set()


def test_time_zones_that_are_missing_or_wrong_are_faults():
    good = {"Asia/Hong_Kong": EAST}
    assert ailing(symptoms.zones(good)) == set()
    assert ailing(symptoms.zones(good | {"Asia/Macau": None})) == {("time zones", "fault")}
    assert ailing(symptoms.zones(good | {"Asia/Macau": timedelta(hours=9)})) == {("time zones", "fault")}


def test_a_log_that_cannot_be_worked_in_is_a_warning():
    assert ailing(symptoms.log_size(65 << 20)) == {("database", "warning")}
    assert list(symptoms.log_size(64 << 20)) == []


def test_what_was_given_up_and_what_is_held_are_faults_with_the_commands_that_mend_them():
    found = list(symptoms.promises({"desk": 2}, [(7, "hk_gia_en", 40)]))
    assert [one.grade for one in found] == ["fault", "fault"]
    assert "coopwatch alerts retry" in found[0].advice
    assert "coopwatch alerts held 7" in found[1].advice
    assert ailing(symptoms.promises({}, [])) == set()


def test_a_detector_that_has_learned_since_asks_for_a_reread():
    (found,) = symptoms.detector(3, 1200)
    assert (found.grade, found.said.startswith("3 of 1,200 releases")) == ("warning", True)
    assert "coopwatch reread" in found.advice


@pytest.mark.parametrize(
    ("trouble", "name"),
    [
        ("dns: no such host", "dns"),
        ("http 503", "http"),
        ("https://www.info.gov.hk/x.htm: http 404", "http"),
        ("https://www.info.gov.hk/timeout.htm: tls: certificate has expired", "tls"),
        ("blocked: a page that asks for JavaScript", "blocked"),
        ("hk_gia_en failed 3 times in a row: connect: refused", "connect"),
        ("something nobody foresaw", OTHER),
        (None, OTHER),
    ],
)
def test_a_trouble_is_of_the_class_it_begins_with(trouble, name):
    assert class_of(trouble) == name


def test_each_class_has_its_advice():
    assert {advice(f"{name}: x") for name in CLASSES} == set(CLASSES.values())

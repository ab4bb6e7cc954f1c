"""A release that comes with the job: the way of the canary through the child."""

from scheduler.process import Process
from scraper.answering import given
from scraper.wire import Job, Options, read, write
from storage.model import Release

RELEASE = Release(
    "canary/daily", "canary", "canary.invalid", "https://canary.invalid/daily", "en",
    "Hospital Authority and Guangdong sign agreement on nurse training",
    "The Hospital Authority of Hong Kong and the Health Commission of Guangdong Province signed an agreement.",
    "Hong Kong",
)  # fmt: skip
JOB = Job(7, "given", "canary", RELEASE.url, release=RELEASE)


def test_a_job_carries_a_release_over_the_wire():
    assert read(Job, write(JOB)) == JOB


def test_a_release_that_came_with_the_job_is_understood_without_asking_anybody():
    child = Process(Options("coopwatch-test/0"), lambda child, row: row)
    answer = child.do(JOB, 30)
    child.retire("ended: the test is over")
    child.join()
    assert (answer.outcome, answer.release) == ("read", RELEASE)
    assert answer.assessment.cooperation
    assert answer.telling is not None
    assert answer.page is None


def test_a_job_without_its_release_fails():
    assert given(Job(8, "given", "canary", RELEASE.url)).outcome == "failed"

"""All that is understood of a release in one go: the assessment, its figures followed, and what it tells. Pure."""

from __future__ import annotations

from scraper.cooperation import assess
from scraper.cooperation.publishers import side_of_address
from scraper.lifelines import followed
from scraper.tellings import telling
from storage.model import Assessment, Release
from storage.telling import Telling


def understood(release: Release) -> tuple[Assessment, Telling]:
    """Return what the detector says of a release, and what the release tells, to be compared with others."""
    published = release.published.date() if release.published else None
    side = release.jurisdiction or side_of_address(release.url)
    assessment = assess(release.title, release.text, language=release.language, published=published, jurisdiction=side)
    return followed(release.title, release.text, assessment), telling(release, assessment)

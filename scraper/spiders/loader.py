"""Shows each source to Scrapy as a spider under the source's own name: `scrapy list`, `scrapy crawl hk_gia_en`."""

from __future__ import annotations

import builtins
from typing import Self

from scrapy import Request, Spider
from scrapy.settings import BaseSettings

from scraper.find import source_of, sources


class SourceLoader:
    """Scrapy's spider loader over the folder of sources."""

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """Return the loader; nothing in the settings concerns it."""
        del settings
        return cls()

    def load(self, spider_name: str) -> type[Spider]:
        """Return the spider of a source.

        Raises:
            KeyError: no source has this name.
        """
        from scraper.spiders.portal import PortalSpider

        found = sources().get(spider_name)
        if found is None:
            raise KeyError(f"no source is called {spider_name!r}; there are {', '.join(self.list())}")
        return type(spider_name, (PortalSpider,), {"name": found.name, "source": found})

    def list(self) -> list[str]:
        """Return the names of all sources."""
        return list(sources())

    def find_by_request(self, request: Request) -> builtins.list[str]:
        """Return the name of the source that an address belongs to, if any."""
        found = source_of(request.url)
        return [found[0].name] if found else []

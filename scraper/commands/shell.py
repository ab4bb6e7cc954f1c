"""`scrapy shell`, also on a saved page: crawls never open files (settings.py), a person at a prompt may."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from scrapy.commands import shell


class Command(shell.Command):
    """Scrapy's own shell; `file` is switched on where a file is what was asked for."""

    def run(self, args: list[str], opts: Namespace) -> None:
        """Open the prompt."""
        if args and Path(args[0]).is_file():
            args = [Path(args[0]).absolute().as_uri(), *args[1:]]
        if args and self.settings is not None and args[0].startswith("file:"):
            handlers = self.settings.getdict("DOWNLOAD_HANDLERS") | {
                "file": "scrapy.core.downloader.handlers.file.FileDownloadHandler"
            }
            self.settings.set("DOWNLOAD_HANDLERS", handlers, priority="cmdline")
            self.settings.set("ROBOTSTXT_OBEY", value=False, priority="cmdline")  # no file has one
        super().run(args, opts)

"""The crawling child: `python -m scraper.child OPTIONS`, jobs on standard input, answers on standard output.

It runs Scrapy behind limits on memory, CPU and files, opens no database, dies with the service, and ends when its
standard input does. The service (scheduler/crawling.py) starts it; nobody else should.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import math
import os
import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from scraper import wire
from scraper.wire import Options

PR_SET_PDEATHSIG = 1
"""prctl(2) on Linux: the signal this process gets when the thread that started it ends."""


def limit(options: Options) -> None:
    """Put the limits on this process; they hold for whatever it does from here on."""
    resource.setrlimit(resource.RLIMIT_AS, (options.memory, options.memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (options.files, options.files))
    resource.setrlimit(resource.RLIMIT_FSIZE, (options.written, options.written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    grant_cpu(options.cpu)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if options.parent and os.getppid() != options.parent:  # it died before the line above
            sys.exit("the service is gone")


def grant_cpu(seconds: int) -> None:
    """Allow this many seconds of CPU from now: past them the kernel ends the process (SIGXCPU)."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(used.ru_utime + used.ru_stime) + max(1, seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))


def answers_only() -> BinaryIO:
    """Keep standard output for answers: return it, and send whatever anybody prints to standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


async def take(jobs: asyncio.Queue[wire.Job | None], cpu: int) -> None:
    """Put jobs from standard input into the queue until it ends; then None."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=wire.MAX_LINE, loop=loop)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader, loop=loop), sys.stdin)
    while line := await reader.readline():
        try:
            job = wire.read(wire.Job, line)
        except wire.WireError as error:
            print(f"not a job: {error}", file=sys.stderr)
            continue
        grant_cpu(cpu)
        await jobs.put(job)
    await jobs.put(None)


def know(names: str) -> None:
    """Add the user's own names to those the detector knows; one that cannot be used must not end the watching."""
    if not names:
        return
    from scraper.cooperation import GazetteerError, extend, load_extra

    try:
        extend(load_extra(Path(names)))
    except GazetteerError as error:
        print(f"read without the names of its own: {error}", file=sys.stderr)


def watch(own: str) -> None:
    """Let this process know the user's own portals; what cannot be used must not end the watching of others."""
    if not own:
        return
    from scraper.find import SourceError, adopt
    from scraper.own import from_text

    try:
        adopt(from_text(own))
    except (SourceError, ValueError, TypeError) as error:
        print(f"watched without portals of the user's own: {error}", file=sys.stderr)


async def crawl(options: Options, out: BinaryIO) -> None:
    """Run the spider of jobs until standard input ends."""
    from scrapy.crawler import AsyncCrawlerRunner
    from scrapy.settings import Settings
    from scrapy.utils.log import configure_logging

    from scraper import find
    from scraper import settings as ours
    from scraper.spiders.jobs import JobSpider

    settings = Settings()
    settings.setmodule(ours, priority="project")
    settings.setdict({**ours.CHILD, "USER_AGENT": options.agent, "ANSWERS": out.fileno()}, priority="cmdline")
    configure_logging(settings)
    jobs: asyncio.Queue[wire.Job | None] = asyncio.Queue()
    feeding = asyncio.ensure_future(take(jobs, options.cpu))
    await AsyncCrawlerRunner(settings).crawl(JobSpider, jobs=jobs, sources=find.sources())
    feeding.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await feeding


def main() -> None:
    """Set the limits, then run until the service closes the pipe."""
    options = Options(**json.loads(sys.argv[1]))
    limit(options)
    out = answers_only()
    know(options.names)
    watch(options.own)

    from scrapy.utils.reactor import install_reactor

    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")  # before anything imports a reactor
    from scrapy.utils.defer import deferred_f_from_coro_f
    from twisted.internet.task import react

    async def run(_: object) -> None:
        await crawl(options, out)

    try:
        react(deferred_f_from_coro_f(run), [])
    except SystemExit as end:
        # Everything is written and nothing is open: taking Twisted apart module by module would cost half a second.
        os._exit(int(end.code or 0))


if __name__ == "__main__":
    main()

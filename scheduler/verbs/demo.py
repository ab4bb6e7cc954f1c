"""`coopwatch demo`: the whole way of a release, offline. Only the command; the demo itself is scheduler/demo."""

from __future__ import annotations

import click


@click.command(short_help="See it work, offline, in less than a minute.")
@click.option("--keep", metavar="DIR", type=click.Path(file_okay=False), help="Keep the database and the mails there.")
def demo(keep: str | None) -> int:
    r"""See it work: a small web of portals on this machine, watched, and its alerts received.

    Nothing outside this machine is asked. It ends by itself, in less than a minute.

    \b
    Example:
      coopwatch demo
      coopwatch demo --keep /tmp/demo
    """
    from scheduler.demo.show import main

    return main(keep)

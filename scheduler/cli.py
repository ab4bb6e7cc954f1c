"""coopwatch: the command line, a thin shell. Verbs live in verbs/; errors become a line and an exit code here."""

from __future__ import annotations

import importlib
import os
import sys
from typing import NoReturn

import click

from scheduler.output import note
from scheduler.verbs.session import Session

# In the order of use, as `coopwatch --help` lists them: verb -> module in verbs/. The function is VERB or VERB_.
VERBS = {
    "init": "configuring",
    "check": "configuring",
    "rehearse": "rehearsing",
    "demo": "demo",
    "run": "watching",
    "crawl": "watching",
    "backfill": "backfilling",
    "deliver": "watching",
    "read": "pages",
    "reread": "pages",
    "try": "trying",
    "new-source": "sourcing",
    "sources": "state",
    "status": "state",
    "doctor": "doctor",
    "incidents": "doctor",
    "releases": "releases",
    "show": "releases",
    "diff": "releases",
    "stories": "stories",
    "story": "stories",
    "programmes": "programmes",
    "programme": "programmes",
    "parties": "parties",
    "party": "parties",
    "explain": "explaining",
    "assess": "assessing",
    "import": "importing",
    "alerts": "alerts",
    "why": "why",
    "reconcile": "reconciling",
    "sql": "sql",
}

# The exit code of a configuration that cannot be used; its faults are said as they are, each with file and line.
CONFIGURATION = 78

EXIT_CODES = """\b
Exit codes:
  0 fine                 1 a problem was found      2 wrong usage
 65 bad data            69 unavailable             70 a fault of coopwatch
 74 disk, input, output 75 locked, try again       77 no permission
 78 configuration"""


class Verbs(click.Group):
    """The verbs, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the verbs in the order of use."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Return the verb's command, or None where there is no such verb."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"scheduler.verbs.{VERBS[cmd_name]}")
        name = cmd_name.replace("-", "_")
        command = getattr(module, f"{name}_", None) or getattr(module, name)
        return _readable(command)


def _readable(command: click.Command) -> click.Command:
    r"""Return a command whose help keeps its line breaks: where docstrings spell \b, click wants the character."""
    command.help = (command.help or "").replace("\\b\n", "\b\n")
    if isinstance(command, click.Group):
        for part in command.commands.values():
            _readable(part)
    return command


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        try:
            click.echo(f"coopwatch {version('coopwatch')}")
        except PackageNotFoundError:
            click.echo("coopwatch, not installed: run from its work tree")
        ctx.exit()


@click.group(cls=Verbs, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", "config_file", metavar="FILE", help="The configuration; by default ./coopwatch.toml.")
@click.option("--database", "database_file", metavar="FILE", help="The database; by default the configuration's.")
@click.option(
    "--version", is_flag=True, callback=_version, expose_value=False, is_eager=True, help="Print the version and end."
)
@click.pass_context
def coopwatch(ctx: click.Context, config_file: str | None, database_file: str | None) -> None:
    r"""Watch official portals for releases about health co-operation, keep every version, and tell people.

    \b
    Begin with:
      coopwatch demo      see it work, offline
      coopwatch init      write a configuration to fill in
      coopwatch check     see whether it is right
      coopwatch run       watch
    """
    ctx.obj = Session(config_file, database_file)


def main() -> NoReturn:
    """Run the command and end the process with its exit code."""
    _open_standard_streams()
    code = run(sys.argv[1:])
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except BrokenPipeError:
        _silence_output()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run the command with these arguments and return its exit code; every error becomes a line on standard error."""
    try:
        with _readable(coopwatch).make_context("coopwatch", arguments) as ctx:
            result = coopwatch.invoke(ctx)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except BrokenPipeError:
        # Whoever read our output has seen enough (`coopwatch releases | head`).
        _silence_output()
        return 0
    except (click.Abort, KeyboardInterrupt):
        note("coopwatch: interrupted")
        return 130  # as the shell counts an end by SIGINT
    except Exception as error:  # noqa: BLE001 - the last place where an error can still become a sentence
        return _told(error)
    return result if isinstance(result, int) else 0


def _told(error: Exception) -> int:
    """Say what went wrong in one line and return the exit code it stands for."""
    if isinstance(error, click.ClickException):
        error.show(file=sys.stderr)
        return error.exit_code
    code = getattr(error, "exit_code", None)
    if isinstance(code, int):
        note(str(error) if code == CONFIGURATION else f"coopwatch: {error}{_by_whom(error)}")
        return code
    if isinstance(error, OSError):
        note(f"coopwatch: {error.filename or 'input or output'}: {error.strerror or error}")
        return 77 if isinstance(error, PermissionError) else 74
    if os.environ.get("COOPWATCH_DEBUG"):
        import traceback

        note(traceback.format_exc())
    note(f"coopwatch: a fault of coopwatch itself: {type(error).__name__}: {error}")
    note("coopwatch: with COOPWATCH_DEBUG=1 in the environment the same command shows where")
    return 70


def _by_whom(error: Exception) -> str:
    """Return which processes hold the database, where that is the trouble and the system tells."""
    from scheduler.lock import holders
    from storage.errors import LockedError

    if not isinstance(error, LockedError):
        return ""
    pids = holders(str(error).partition(": ")[0])
    return f" (held by process {', '.join(map(str, pids))})" if pids else ""


def _open_standard_streams() -> None:
    """Make sure that 0, 1 and 2 are open and speak UTF-8, whatever we were started with.

    Where one of them is closed, the next file opened would get its number, and a line meant for a terminal would go
    into that file.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")


def _silence_output() -> None:
    """Send what is still buffered nowhere, so that the interpreter does not complain of the broken pipe at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError, AttributeError):
            continue


if __name__ == "__main__":
    main()

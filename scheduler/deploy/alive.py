"""`python -m scheduler.deploy.alive CONFIG`: ends with 0 while the service answers. For Docker's HEALTHCHECK.

Asks `/healthz` where `[service] metrics` is configured; where it is not, the process itself is all there is to see.
"""

from __future__ import annotations

import http.client
import sys
import tomllib
from pathlib import Path

SECONDS = 8.0


def is_alive(configuration: Path) -> bool:
    """Return whether the service of a configuration does its work, as far as it tells."""
    with configuration.open("rb") as file:
        place = tomllib.load(file).get("service", {}).get("metrics")
    if not place:
        return True
    connection = http.client.HTTPConnection(place, timeout=SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_alive(Path(sys.argv[1])) else 1)

"""Files to run coopwatch as a service by: a systemd unit, a Dockerfile, a compose file. No code; see README.md here."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
"""Where they lie."""

"""What the child says of itself with each answer."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scraper.pipelines import KIBIBYTE, STATUS, peak_memory

SAY = [sys.executable, "-c", "from scraper.pipelines import peak_memory; print(peak_memory())"]


@pytest.mark.skipif(not STATUS.exists(), reason="no /proc: the peak includes the parent's")
def test_the_peak_is_the_childs_own_however_big_the_process_that_started_it():
    held = bytearray(b"x" * (300 << 20))
    assert peak_memory() > 300 << 20
    assert int(subprocess.check_output(SAY)) < 200 << 20
    assert len(held) == 300 << 20


def test_the_peak_is_told_in_bytes():
    assert peak_memory() > 5 << 20
    assert peak_memory() % KIBIBYTE == 0

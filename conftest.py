"""How nbval compares the chapters: text by its letters, pictures not at all.

A picture's bytes hold coordinates to the last digit, and that depends on the processor.
Each picture comes with its text, ``<Figure ...>``, so that a lost one is noticed.
"""

from typing import Any

PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "application/pdf")


def pytest_collectstart(collector: Any) -> None:
    """Take pictures out of what is compared, in each notebook."""
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += PICTURES

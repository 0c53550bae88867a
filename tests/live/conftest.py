"""The built site and the browser, for all tests of this folder."""

from browser import address, chromium, site, visit

__all__ = ["address", "chromium", "site", "visit"]

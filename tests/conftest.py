"""Settings of all tests: hypothesis does not judge by the clock, and repeats itself."""

from hypothesis import settings

settings.register_profile("book", deadline=None, derandomize=True)
settings.register_profile("quick", deadline=None, derandomize=True, max_examples=10)
settings.load_profile("book")


def pytest_collection_modifyitems(items):
    """Put what needs the browser last: while one is open, its event loop would stop nbval's."""
    items.sort(key=lambda item: "chromium" in getattr(item, "fixturenames", ()))

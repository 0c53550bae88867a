"""Settings of all tests: hypothesis does not judge by the clock, and repeats itself."""

from hypothesis import settings

settings.register_profile("book", deadline=None, derandomize=True)
settings.load_profile("book")

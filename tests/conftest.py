"""Settings of all tests: hypothesis does not judge by the clock, and repeats itself."""

from hypothesis import settings

settings.register_profile("book", deadline=None, derandomize=True)
settings.register_profile("quick", deadline=None, derandomize=True, max_examples=10)
settings.load_profile("book")

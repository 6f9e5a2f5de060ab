import pytest

from .confined import run_confined as _run_confined


@pytest.fixture(scope="session")
def run_confined():
    """Run a function in a process that dies when it takes over 2 s of CPU or 200 MB more memory."""
    return _run_confined

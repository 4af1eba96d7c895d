import pytest

from tests.git_helper import isolate, make_repo


@pytest.fixture(autouse=True)
def _only_our_settings(tmp_path, monkeypatch):
    isolate(tmp_path, monkeypatch)


@pytest.fixture
def repo(tmp_path):
    """An empty repository, on a branch main that has no commit yet."""
    return make_repo(tmp_path / "repo")

from __future__ import annotations

import subprocess
import sys

import pytest

from avion_lint.report.formats import Format, Options, render
from tests import report_samples as samples


@pytest.mark.parametrize("name", list(Format))
@pytest.mark.parametrize("verdict", [samples.clean(), samples.everything()], ids=["clean", "everything"])
def test_every_format_ends_its_last_line_and_can_be_encoded(name: Format, verdict: object) -> None:
    report = render(name, verdict, Options())  # type: ignore[arg-type]

    assert report.endswith("\n")
    report.encode()


def test_options_reach_the_format() -> None:
    verdict = samples.everything()

    assert "\x1b[1;31m" in render("text", verdict, Options(colour=True))
    assert "\x1b[1;31m" in render("github", verdict, Options(colour=True))
    assert render("text", samples.clean(), Options(quiet=True)) == ""
    assert "by the baseline" in render("text", verdict, Options(verbose=True))
    assert '"suppressions"' in render("sarif", verdict, Options(include_suppressed=True))


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="html"):
        render("html", samples.clean(), Options())


def test_no_format_is_loaded_before_it_is_asked_for() -> None:
    code = "import sys, avion_lint.report.formats; print(list(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "avion_lint.report.formats" in loaded
    for module in ("text", "sarif", "junit", "markdown", "json_report"):
        assert f"avion_lint.report.{module}'" not in loaded
    assert "avion_lint.pages" not in loaded

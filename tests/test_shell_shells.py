"""Which shell reads a script, and with which options it begins."""

from __future__ import annotations

import pytest

from avion_lint.shell.read import read
from avion_lint.shell.shells import Kind, Options, from_argv, from_github, from_image, from_shebang
from avion_lint.source import Document, Excerpt


@pytest.mark.parametrize(
    ("shell", "kind", "errexit", "pipefail"),
    [
        (None, Kind.BASH, True, False),
        ("bash", Kind.BASH, True, True),
        ("sh", Kind.DASH, True, False),
        ("bash -x {0}", Kind.BASH, False, False),
        ("bash -euo pipefail {0}", Kind.BASH, True, True),
        ("bash --noprofile --norc -eo pipefail {0}", Kind.BASH, True, True),
        ("/bin/bash -l {0}", Kind.BASH, False, False),
        ("pwsh", Kind.NOT_SHELL, False, False),
        ("python", Kind.NOT_SHELL, False, False),
    ],
)
def test_a_step_has_the_options_that_github_gives_it(
    shell: str | None, kind: Kind, errexit: bool, pipefail: bool
) -> None:
    found = from_github(shell)

    assert (found.kind, found.options.errexit, found.options.pipefail) == (kind, errexit, pipefail)


def test_windows_and_images_without_bash_have_other_defaults() -> None:
    assert from_github(None, windows=True).kind is Kind.NOT_SHELL
    assert from_github(None, image="alpine:3.20").kind is Kind.ASH


@pytest.mark.parametrize(
    ("line", "kind", "options"),
    [
        ("#!/bin/bash", Kind.BASH, Options()),
        ("#!/bin/bash -eu", Kind.BASH, Options(errexit=True, nounset=True)),
        ("#!/usr/bin/env bash", Kind.BASH, Options()),
        ("#!/usr/bin/env -S bash -e", Kind.BASH, Options(errexit=True)),
        ("#! /bin/sh -e", Kind.SH, Options(errexit=True)),
        ("#!/usr/bin/env python3", Kind.NOT_SHELL, Options()),
    ],
)
def test_the_first_line_names_the_shell(line: str, kind: Kind, options: Options) -> None:
    found = from_shebang(line + "\necho x\n")

    assert found is not None
    assert (found.kind, found.options) == (kind, options)


def test_no_first_line_is_no_shell() -> None:
    assert from_shebang("echo x\n") is None


@pytest.mark.parametrize(
    ("image", "kind", "pipefail"),
    [
        ("postgres:15-alpine", Kind.ASH, True),
        ("busybox:1.35", Kind.ASH, True),
        ("flyway/flyway:10-alpine", Kind.ASH, True),
        ("debian:12-slim", Kind.DASH, False),
        ("postgres:16-bookworm", Kind.DASH, False),
        ("ghcr.io/x/y:1", Kind.SH, None),
    ],
)
def test_an_image_says_what_its_sh_is(image: str, kind: Kind, pipefail: bool | None) -> None:
    found = from_image(image)

    assert (found.kind, found.pipefail) == (kind, pipefail)


def test_dash_of_debian_12_ends_a_script_that_asks_for_pipefail() -> None:
    pytest.importorskip("tree_sitter_bash")
    text = "set -eo pipefail\ngoose up | tee log\n"
    debian, alpine = (
        read(Excerpt.whole(Document("x", text)), from_image(image)) for image in ("postgres:16-bookworm", "alpine:3")
    )

    assert [each.place.text for each in debian.refusals] == ["set -eo pipefail"]
    assert alpine.refusals == ()


def test_an_argv_says_where_the_script_begins() -> None:
    found = from_argv(("/bin/bash", "-euo", "pipefail", "-c", "goose up"))

    assert found is not None
    assert found[0].options == Options(errexit=True, nounset=True, pipefail=True)
    assert found[1] == 4
    assert from_argv(("goose", "up")) is None

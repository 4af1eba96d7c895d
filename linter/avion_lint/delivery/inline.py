"""Kubernetes objects that stand in scripts, as here-documents."""

from __future__ import annotations

from avion_lint.delivery.commands import Commanding
from avion_lint.delivery.kubernetes import Manifest, manifests
from avion_lint.delivery.part import YamlText
from avion_lint.shell.script import Script
from avion_lint.source import Document
from avion_lint.yaml.stream import read_stream


def inline_manifests(script: Script, around: YamlText, commanding: Commanding) -> tuple[Manifest, ...]:
    """Objects in the here-documents of a script; `around` is the text that the script stands in.

    A here-document that is no YAML holds none: nothing tells that it was meant as one.
    """
    found: list[Manifest] = []
    for command in script.commands:
        body = command.heredoc
        if body is None or "apiVersion:" not in body.text.text or "kind:" not in body.text.text:
            continue
        excerpt = body.text
        stream = read_stream(Document(around.path, body.text.text), template=False)
        found.extend(manifests(YamlText(excerpt, stream, around.judged), commanding, inline=True))
    return tuple(found)

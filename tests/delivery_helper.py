"""Texts by path as everything that stands around the SQL."""

from avion_lint.delivery.collect import collect
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.unread import Unread
from avion_lint.discovery.tree import MemoryTree


def collected(files: dict[str, str]) -> tuple[Delivery, tuple[Unread, ...]]:
    tree = MemoryTree(files)
    return collect(tree.paths(), tree.read, files)


def delivery(files: dict[str, str]) -> Delivery:
    return collected(files)[0]

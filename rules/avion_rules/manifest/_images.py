"""Names of container images, taken apart."""

from __future__ import annotations

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.part import Part
from avion_lint.source import UNKNOWN


def tag_of(image: str) -> str | None:
    """The tag of an image, "" where it has neither tag nor digest, None where it has a digest or is not known."""
    if "@" in image or "$" in image or not image:
        return None
    last = image.rpartition("/")[2]
    if UNKNOWN in last:
        return None
    return last.partition(":")[2]


def is_set_elsewhere(delivery: Delivery, image: str) -> bool:
    """Whether a kustomization gives the image its tag or digest."""
    name = image.rpartition("/")[0] + "/" + image.rpartition("/")[2].partition(":")[0]
    return any(
        each.text("name") == name.lstrip("/") and (each.has("newTag") or each.has("digest") or each.has("newName"))
        for text in delivery.texts
        if text.path.endswith(("kustomization.yaml", "kustomization.yml"))
        for root in text.stream.roots
        for each in Part(text, root).parts("images")
    )

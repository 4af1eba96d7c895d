"""A check as a policy file says it."""

from __future__ import annotations

from collections.abc import Mapping

from avion_lint.enumeration import StrEnum
from avion_lint.finding import Level
from avion_lint.record import field, record
from avion_lint.source import Place
from avion_lint.yaml.nodes import PlainTree


class Target(StrEnum):
    """What a check looks at, one at a time."""

    DOCUMENT = "document"
    POD = "pod"
    CONTAINER = "container"
    WORKFLOW = "workflow"
    JOB = "job"
    STEP = "step"
    ENVIRONMENT = "environment"
    ALERT = "alert"
    PANEL = "panel"
    SCRIPT = "script"
    COMMAND = "command"
    CONFIG_MAP_DATA = "configmap-data"
    STATEMENT = "statement"


class Direction(StrEnum):
    """Which values of a parameter are stricter: of lists those with more or fewer words.

    A limit is a number of which the lower is stricter and 0 is none.
    """

    LOWER = "lower"
    HIGHER = "higher"
    TRUE = "true"
    FALSE = "false"
    MORE = "more"
    FEWER = "fewer"
    LIMIT = "limit"


@record
class Parameter:
    """A value that a check's schema uses and that policies may set; `stricter` is None where no value is stricter."""

    name: str
    default: PlainTree
    stricter: Direction | None
    place: Place


@record
class Select:
    """What a check is about; what is not said holds for everything.

    `paths` and `tables` are globs, `kinds` and `versions` those of Kubernetes objects, `migrates` asks for migrations
    or for what is none, `actions` are names of actions of a statement (`AddColumn`), one of which it must do.
    """

    target: Target
    kinds: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    migrates: bool | None = None
    actions: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()


@record
class ExampleText:
    """A file of an example; `before` tells that it is on the base branch already."""

    path: str
    text: str
    before: bool = False


@record
class Example:
    """A small repository that a check must find something in, or nothing."""

    passes: bool
    files: tuple[ExampleText, ...]
    place: Place


@record
class Check:
    """A check. `schema` is its JSON Schema, parameters still by name; `denies` tells that it must not hold.

    `at` are the keys that lead to what a finding points at, where the schema itself does not tell.
    """

    id: str
    name: str
    summary: str
    level: Level
    select: Select
    schema: PlainTree
    denies: bool
    message: str
    remedy: str
    parameters: tuple[Parameter, ...]
    examples: tuple[Example, ...]
    at: tuple[str | int, ...]
    place: Place

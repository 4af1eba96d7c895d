"""What rules about Kubernetes objects find in files given as texts."""

from avion_lint.finding import Finding
from avion_lint.rule import Rule
from avion_rules import all_rules
from tests.delivery_helper import delivery

CHART = {"chart/Chart.yaml": "apiVersion: v2\nname: users\nversion: 1.0.0\n"}
JOB = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: users-migration
spec:
  template:
    spec:
      containers:
        - name: migrate
          image: users:1
          command: [goose, up]
"""


def rule_named(name: str) -> Rule:
    return next(rule for rule in all_rules() if rule.name == name)


def findings(name: str, files: dict[str, str] | str) -> list[Finding]:
    """What a rule finds with its default options, by path and offset."""
    rule = rule_named(name)
    assert rule.check is not None
    everything = delivery({"job.yaml": files} if isinstance(files, str) else files)
    subjects = [everything] if rule.subject_name == "Delivery" else everything.manifests
    options = rule.options_class
    arguments = () if options is None else (options(),)
    found = [each for subject in subjects for each in rule.check(subject, *arguments)]
    return sorted(found, key=lambda each: each.place.sort_key)


def lines(name: str, files: dict[str, str] | str) -> list[int]:
    """Lines in which a rule finds something."""
    return [each.place.start.line for each in findings(name, files)]


def messages(name: str, files: dict[str, str] | str) -> list[str]:
    return [each.message for each in findings(name, files)]

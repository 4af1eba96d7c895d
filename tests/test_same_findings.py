"""However a run comes to them, the findings are the same: with a cache and without, by one process and by several, in
any order of files, for every report.

AVION_LINT_CORPUS may name a folder of services with migrations, which are then judged in the same ways.
"""

import json
import os
import random
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from avion_lint.cache import memory
from avion_lint.cli import processors
from avion_lint.judgement import judging, projects
from avion_rules import all_rules
from tests.again_helper import Told, told
from tests.git_helper import Repo, make_repo
from tests.page_helper import load

CORPUS = os.environ.get("AVION_LINT_CORPUS", "")
GOOSE, FLYWAY = "services/goose/migrations", "services/flyway/db/migration"


@pytest.fixture(autouse=True)
def _little_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few files are shared among processes, judged in many batches, and remembered."""
    monkeypatch.setattr(processors, "_LEAST", 1)
    monkeypatch.setattr(processors.spread_of, "__defaults__", (1,))
    monkeypatch.setattr(judging, "_FIRST", 20)
    monkeypatch.setattr(projects, "_AT_ONCE", 16)
    monkeypatch.setattr(memory, "FEWEST", 1)


def examples() -> Iterator[tuple[str, str]]:
    """Name and text of every migration in the first bad example of each rule's page."""
    for rule in all_rules():
        example = next(each for each in load(rule).examples if each.kind == "bad")
        yield from ((file.path.rpartition("/")[2], file.text) for file in example.files)


def joined() -> dict[str, str]:
    """The examples as the migrations of two services, one after the other."""
    found: dict[str, str] = {}
    for name, text in examples():
        if re.fullmatch(r"\d+_.*\.sql", name) and "+goose" in text:
            found[f"{GOOSE}/{len(found):05}_{name.partition('_')[2]}"] = text
        elif re.fullmatch(r"V[\d_.]+__.*\.sql", name):
            found[f"{FLYWAY}/V{len(found)}__{name.partition('__')[2]}"] = text
        elif re.fullmatch(r"R__.*\.sql", name):
            found[f"{FLYWAY}/{name}"] = text
    return found


def in_order(name: str) -> tuple[int, list[int], str]:
    version = re.match(r"[VB]?(\d[\d_.]*)", name)
    return (version is None, [int(part) for part in re.findall(r"\d+", version[1])] if version else [], name)


def stages(source: dict[str, str]) -> Iterator[dict[str, str]]:
    """The first two fifths of each folder's migrations, the fifth after them, and the rest."""
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for path in source:
        folders[path.rpartition("/")[0]].append(path)
    for start, end in ((0, 0.4), (0.4, 0.6), (0.6, 1)):
        yield {
            path: source[path]
            for paths in folders.values()
            for path in sorted(paths, key=lambda each: in_order(each.rpartition("/")[2]))[
                int(start * len(paths)) : int(end * len(paths))
            ]
        }


class Ways:
    """The ways in which one repository is judged; `cache` has what an earlier state of it came to."""

    def __init__(self, folder: Path, source: dict[str, str]) -> None:
        self.folder = folder
        first, second, rest = stages(source)
        self.repo: Repo = make_repo(folder / "repo")
        self.repo.commit(first)
        self.repo.branch("earlier")
        self.repo.write("README.md", "one more branch\n")
        for name in ("earlier", "filling"):
            self.cache(name).mkdir()
        self.run("earlier")
        self.repo.checkout("main")
        self.repo.commit(second)
        self.repo.branch("change")
        for path, text in rest.items():
            self.repo.write(path, text)

    def cache(self, name: str) -> Path:
        return self.folder / name

    def run(self, cache: str, *arguments: str, processes: int = 1) -> Told:
        """Judge with what the cache knows, but for what a whole run said."""
        for said in self.cache(cache).glob("*.run"):
            said.unlink()
        number = str(processes)
        return told(*arguments, cwd=self.repo.path, cache=self.cache(cache), settled=0, AVION_LINT_PROCESSES=number)

    def json(self, cache: str, *arguments: str, processes: int = 1) -> dict[str, object]:
        report = self.run(cache, "--format", "json", *arguments, processes=processes).out
        found: dict[str, object] = json.loads(report)
        return found


def differing(ways: Ways, shuffle: Callable[[list[str]], None]) -> list[str]:
    """The ways that come to something else than a run by one process without a cache."""
    plain = ways.json("none", "--no-cache")
    new = sorted({*plain["judged"], *(each["path"] for each in plain["findings"])})  # type: ignore[misc, attr-defined]
    shuffle(new)
    reports = {
        "several processes": ways.json("none", "--no-cache", processes=3),
        "filling": ways.json("filling"),
        "using": ways.json("filling"),
        "using, several processes": ways.json("filling", processes=3),
        "with what an earlier state came to": ways.json("earlier", processes=3),
        "files by their names": ways.json("filling", *new),
    }
    return [name for name, report in reports.items() if report != plain] + list(other_reports(ways, plain))


def other_reports(ways: Ways, plain: dict[str, object]) -> Iterator[str]:
    """The formats that tell something else than JSON does."""
    findings: list[dict[str, object]] = plain["findings"]  # type: ignore[assignment]
    lines = [
        f"{each['path']}:{each['line']}:{each['column']} {each['level']} {each['id']} {each['rule']}: {each['message']}"
        for each in findings
    ]
    *quiet, _ = ways.run("filling", "--quiet", processes=3).out.splitlines()
    if quiet != lines:
        yield "text"
    told = [(each["id"], each["path"], each["line"], each["message"]) for each in findings]
    sarif = json.loads(ways.run("filling", "--format", "sarif", processes=3).out)["runs"][0]["results"]
    if [of_sarif(each) for each in sarif] != [each[:3] for each in told]:
        yield "sarif"
    gitlab = json.loads(ways.run("filling", "--format", "gitlab", processes=3).out)
    if [(each["location"]["path"], each["description"]) for each in gitlab] != [
        (path, f"{rule}: {message}") for rule, path, _, message in told
    ]:
        yield "gitlab"


def of_sarif(result: dict[str, object]) -> tuple[object, ...]:
    place = result["locations"][0]["physicalLocation"]  # type: ignore[index]
    return result["ruleId"], unquote(place["artifactLocation"]["uri"]), place["region"]["startLine"]


def test_examples_of_all_rules_come_to_the_same_in_every_way(tmp_path: Path) -> None:
    ways = Ways(tmp_path, joined())
    found = ways.json("none", "--no-cache")

    assert len({each["id"] for each in found["findings"]}) > 30  # type: ignore[attr-defined]
    assert differing(ways, random.Random(4).shuffle) == []
    assert list(ways.cache("earlier").glob("*.state"))
    staged, default = (ways.json("none", "--no-cache", *how) for how in (("--staged",), ()) if stage(ways.repo))
    assert staged["findings"] == default["findings"]


def stage(repo: Repo) -> bool:
    repo.git("add", "--all")
    return True


@pytest.mark.skipif(not CORPUS, reason="AVION_LINT_CORPUS names no folder of migrations")
def test_a_corpus_comes_to_the_same_in_every_way(tmp_path: Path) -> None:
    found = sorted(path for path in Path(CORPUS).rglob("*") if path.suffix in (".sql", ".conf", ".go"))
    source = {str(path.relative_to(CORPUS)): path.read_text(encoding="utf-8", errors="strict") for path in found}
    ways = Ways(tmp_path, source)

    assert differing(ways, random.Random(4).shuffle) == []
    shutil.rmtree(tmp_path / "repo")

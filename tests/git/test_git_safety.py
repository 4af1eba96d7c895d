import os
from pathlib import Path

import pytest

from avion_lint import git
from avion_lint.git import GitError, Trouble, find_repository, listing, resolve_base
from avion_lint.git.log import landings
from avion_lint.git.process import is_object_id
from tests.git_helper import A, B, C, base_of, landed, trouble


def partial_clone(repo, to):
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return repo.clone(to, "--filter=blob:none", file_url=True)


@pytest.mark.parametrize("known", [True, False])
def test_a_partial_clone_is_not_completed_over_the_network(repo, tmp_path, monkeypatch, known):
    repo.commit({"1.sql": A})
    repo.commit({"1.sql": B})
    clone = partial_clone(repo, tmp_path / "clone")
    if not known:  # a git that does not know this variable yet
        monkeypatch.delitem(git.process._VARIABLES, "GIT_NO_LAZY_FETCH")
    found = find_repository(clone.path)
    old = git.tree(found, clone.git("rev-parse", "HEAD~1"))["1.sql"].blob

    error = trouble(git.blobs, found, [old])

    assert error.trouble is Trouble.MISSING_OBJECTS
    assert "partial clone" in error.text
    present = clone.git("rev-list", "--objects", "--missing=print", "HEAD")
    assert f"?{old}" in present, "nothing was fetched"


def test_the_mend_for_a_partial_clone_works(repo, tmp_path):
    repo.commit({"1.sql": A})
    repo.commit({"1.sql": B})
    clone = partial_clone(repo, tmp_path / "clone")
    clone.git("fetch", "--quiet", "--refetch", "--no-filter")
    found = find_repository(clone.path)
    old = git.tree(found, clone.git("rev-parse", "HEAD~1"))["1.sql"].blob

    assert git.blobs(found, [old]) == {old: A.encode()}


HOSTILE = """
[core]
    fsmonitor = {trap}
    sshCommand = {trap}
    pager = {trap}
    editor = {trap}
    hooksPath = {hooks}
    askPass = {trap}
    alternateRefsCommand = {trap}
    gitProxy = {trap}
[diff]
    external = {trap}
    trustExitCode = true
[diff "evil"]
    command = {trap}
    textconv = {trap}
    cachetextconv = true
[filter "evil"]
    clean = {trap}
    smudge = {trap}
    process = {trap}
    required = true
[merge "evil"]
    driver = {trap}
[alias]
    rev-parse = !{trap}
    ls-files = !{trap}
    ls-tree = !{trap}
    log = !{trap}
[pager]
    log = {trap}
    diff = {trap}
    config = {trap}
[log]
    showSignature = true
    diffMerges = remerge
[gpg]
    program = {trap}
[gpg "ssh"]
    program = {trap}
[credential]
    helper = !{trap}
[remote "origin"]
    url = ext::{trap}
    promisor = true
    partialclonefilter = blob:none
    uploadpack = {trap}
    vcs = evil
[extensions]
    partialClone = origin
[protocol "ext"]
    allow = always
[submodule]
    recurse = true
[trace2]
    eventTarget = {trace}
"""


def hostile(repo, tmp_path):
    """Make every setting that names a command name one that leaves a trace; gives the trace's path."""
    trace = tmp_path / "trace"
    trap = repo.write(".git/trap", f"#!/bin/sh\necho \"$0 $@\" >> '{trace}'\nexit 1\n")
    trap.chmod(0o755)
    for hook in (
        "post-index-change",
        "fsmonitor-watchman",
        "reference-transaction",
        "pre-auto-gc",
        "post-checkout",
    ):
        repo.write(f".git/evil-hooks/{hook}", trap.read_text()).chmod(0o755)
    repo.write(".git/info/attributes", "* filter=evil diff=evil merge=evil\n")
    config = HOSTILE.format(trap=trap, hooks=repo.path / ".git/evil-hooks", trace=tmp_path / "trace2")
    with (repo.path / ".git" / "config").open("a") as file:
        file.write(config)
    return trace


def signed_merge(repo):
    """A merge with a conflict that was resolved, its commit signed by nobody that exists."""
    repo.commit({"1.sql": A, "2.sql": A})
    repo.branch("side")
    repo.commit({"1.sql": B})
    repo.checkout("main")
    repo.commit({"1.sql": C})
    repo.git("merge", "side", check=False)
    repo.commit({"1.sql": A + B})
    raw = repo.git("cat-file", "commit", "HEAD", text=False)
    head, _, message = raw.partition(b"\n\n")
    signature = b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"
    path = repo.write(".git/signed", head + signature + b"\n\n" + message)
    repo.git("update-ref", "refs/heads/main", repo.git("hash-object", "-t", "commit", "-w", str(path)))


def ask_everything(repo):
    found = find_repository(repo.path)
    base = resolve_base(found, "HEAD~1", {})
    files = listing(found)
    names = [*files.tracked, *files.untracked]
    git.work_tree(found, names)
    git.converted(found, names)
    git.trusts_modes(found)
    git.index(found)
    landings(found, found.head, names)
    git.blobs(found, [entry.blob for entry in git.tree(found, base.tip).values()])
    with pytest.raises(GitError):
        git.blobs(found, ["0" * 39 + "1"])
    return found


def test_nothing_that_a_repository_configures_is_run(repo, tmp_path):
    signed_merge(repo)
    trace = hostile(repo, tmp_path)
    repo.write("2.sql", B)  # the index must not be trusted for this one, so that filters would be run
    os.utime(repo.path / "1.sql", (1, 1))
    repo.write("3.sql", C)

    ask_everything(repo)

    assert not trace.exists(), trace.read_text()


def test_the_traps_of_the_test_above_do_spring(repo, tmp_path):
    """Without this, a trap that is set wrongly would prove nothing."""
    signed_merge(repo)
    trace = hostile(repo, tmp_path)
    os.utime(repo.path / "1.sql", (1, 1))

    sprung = {}
    for name, command in {
        "fsmonitor and clean filter": ("status",),
        "textconv": ("diff", "HEAD~1", "HEAD"),
        "signature": ("log", "-1"),
        "merge driver": ("log", "-m", "-1", "--raw", "--no-show-signature"),
        "fetch": ("cat-file", "-p", "0" * 39 + "1"),
    }.items():
        trace.unlink(missing_ok=True)
        repo.git(*command, check=False)
        sprung[name] = trace.exists()

    assert sprung == dict.fromkeys(sprung, True)


def test_a_repository_is_not_written_to(repo):
    repo.commit({"1.sql": A})
    os.utime(repo.path / "1.sql", (1, 1))
    before = {path: path.stat().st_mtime_ns for path in repo.path.rglob("*")}

    found = find_repository(repo.path)
    names = [*listing(found).tracked]
    git.work_tree(found, names)
    git.converted(found, names)
    git.index(found)
    landings(found, found.head, names)

    assert {path: path.stat().st_mtime_ns for path in repo.path.rglob("*")} == before


def test_the_callers_git_variables_do_not_change_answers(repo, monkeypatch):
    commit = repo.commit({"1.SQL": A, "2.sql": B})
    monkeypatch.setenv("GIT_ICASE_PATHSPECS", "1")
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    monkeypatch.setenv("GIT_TRACE", "1")
    monkeypatch.setenv("LANGUAGE", "de")

    assert landed(repo, "2.sql") == {"2.sql": commit}
    assert trouble(base_of, repo, "nowhere").trouble is Trouble.UNKNOWN_REVISION


def test_only_one_module_of_the_package_has_processes_run():
    """One reading of that module shows what can be run."""
    package = Path(git.__file__).parent
    texts = {path.name: path.read_text(encoding="utf-8") for path in package.glob("*.py")}

    starting = {name for name, text in texts.items() if "subprocess" in text or "posix_spawn" in text}
    asking = {name for name, text in texts.items() if "git.spawn" in text}

    assert starting == {"process.py", "spawn.py"}
    assert asking == {"process.py"}


def test_object_ids_are_told_from_everything_else():
    assert is_object_id("a" * 40)
    assert is_object_id("0" * 64)
    assert not any(map(is_object_id, ["", "HEAD", "-" + "a" * 39, "A" * 40, "a" * 41, "a" * 39 + "\n"]))

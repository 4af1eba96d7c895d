"""A stand-in for kubectl, Helm's upgrades and Argo CD in tests of the kits: containers' commands are run for real.

Every command of a Job's containers is run in the order of a kubelet, with the variables of its manifest, by busybox as
in Alpine's images, with the real goose, Flyway and PostgreSQL. Only where things lie differs: volumes are folders, the
database is one on this machine and without TLS. Run as `python kit_cluster.py PROGRAM ARGUMENT…`; the folder of the
variable KIT_CLUSTER holds `cluster.json` (`port`, `database`, `bin`, `helm`) and what has become of it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

HOME = Path(os.environ.get("KIT_CLUSTER", "."))
_ONLY_UPGRADE = {"--install": 0, "--timeout": 1, "--history-max": 1}
_QUICK = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
_NAME = re.compile(r"\$\(([A-Z_]+)\)")


def config() -> dict:
    return json.loads((HOME / "cluster.json").read_text())


# --- programs -----------------------------------------------------------------------------------------------------


def kubectl(arguments: list[str]) -> int:
    verb, *rest = arguments
    options = dict(each.partition("=")[::2] for each in rest if each.startswith("--"))
    if verb == "create":
        sys.stdout.write(f"job.batch/{run_job(yaml.safe_load(Path(options['--filename']).read_text()))}\n")
    elif verb in ("get", "logs"):
        job = json.loads((HOME / "jobs" / f"{rest[0].partition('/')[2]}.json").read_text())
        asked = options.get("--output", "")
        told = job["log"] if verb == "logs" else job["deadline"] if "activeDeadline" in asked else job["state"]
        sys.stdout.write(f"{told}\n")
    elif verb == "set":
        deployed(next(word for word in rest if "=" in word and not word.startswith("--")).partition("=")[2])
    elif verb != "rollout":
        raise SystemExit(f"kubectl {verb} is not known here")
    return 0


def helm(arguments: list[str]) -> int:
    verb, *rest = arguments
    if verb == "template":
        return subprocess.run([config()["helm"], *arguments], check=False).returncode
    words = iter(rest)
    kept = []
    for word in words:
        if word in _ONLY_UPGRADE:
            for _ in range(_ONLY_UPGRADE[word]):
                next(words)
        else:
            kept.append(word)
    return _bring(["template", *kept], ("helm.sh/hook", "pre-install,pre-upgrade"))


def argocd(arguments: list[str]) -> int:
    verb, application, *rest = arguments[1:]
    told = HOME / f"{application}.json"
    service, _, environment = application.rpartition("-")
    if verb == "set":
        told.write_text(json.dumps([rest[at + 1] for at, word in enumerate(rest) if word == "--helm-set-string"]))
    elif verb == "sync":
        values = ["service=" + service, *json.loads(told.read_text())]
        asked = ["template", service, "deploy/service", "--namespace", f"shop-{environment}"]
        asked += ["--values", f"environments/{environment}/migration-config.yaml"]
        asked += [word for value in values for word in ("--set-string", value)]
        return _bring(asked, ("argocd.argoproj.io/hook", "PreSync"))
    elif verb == "logs":
        return kubectl(["logs", f"job/{rest[rest.index('--name') + 1]}"])
    return 0


def _bring(template: list[str], hook: tuple[str, str]) -> int:
    """Run a chart's hook, and then deploy the rest, only if the hook succeeded."""
    done = subprocess.run([config()["helm"], *template], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stderr)
        return done.returncode
    objects = [each for each in yaml.safe_load_all(done.stdout) if each]
    hooks = [each for each in objects if (each["metadata"].get("annotations") or {}).get(hook[0]) == hook[1]]
    assert [each["kind"] for each in hooks] == ["Job"], "the chart's hook is one Job"
    for each in hooks:
        if json.loads((HOME / "jobs" / f"{run_job(each)}.json").read_text())["state"] != "Complete":
            return 1
    for each in objects:
        if each["kind"] == "Deployment":
            deployed(each["spec"]["template"]["spec"]["containers"][0]["image"])
    return 0


def deployed(image: str) -> None:
    with (HOME / "deployed").open("a") as file:
        file.write(f"{image}\n")


# --- a Job --------------------------------------------------------------------------------------------------------


def run_job(job: dict) -> str:
    """Run a Job to its end, and remember what became of it. Its name comes back."""
    made = HOME / "jobs"
    made.mkdir(exist_ok=True)
    name = job["metadata"].get("name") or f"{job['metadata']['generateName']}{len(list(made.iterdir()))}"
    pod = job["spec"]["template"]["spec"]
    state, log = "Complete", ""
    folder = HOME / name
    folder.mkdir(exist_ok=True)
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        done = _run(container, folder, job["metadata"]["labels"]["app"])
        log += "".join(f"[{container['name']}] {line}\n" for line in done.stdout.splitlines())
        if done.returncode:
            state = "Failed"
            break
    result = {"state": state, "deadline": job["spec"]["activeDeadlineSeconds"], "log": log}
    (made / f"{name}.json").write_text(json.dumps(result))
    return name


def _run(container: dict, folder: Path, service: str) -> subprocess.CompletedProcess[str]:
    here = config()
    variables: dict[str, str] = {}
    for each in container["env"]:
        secret = each.get("valueFrom", {}).get("secretKeyRef", {}).get("key")
        told = _secret(secret, here) if secret else str(each["value"])
        variables[each["name"]] = _NAME.sub(lambda found: variables.get(found[1], found[0]), told)
    assert not any("$(" in value for value in variables.values()), "a variable is named before it is there"
    variables = {name: _here(value, folder, service, here) for name, value in variables.items()}
    del variables["PGSSLROOTCERT"]
    return subprocess.run(
        [_here(word, folder, service, here) for word in (*container["command"], *container.get("args", ()))],
        env={**variables, "PGSSLMODE": "disable", "PGPORT": str(here["port"]), "PATH": here["bin"], **_QUICK},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )


def _secret(key: str, here: dict) -> str:
    return {"host": "127.0.0.1", "database": here["database"], "username": "postgres", "password": "secret"}[key]


def _here(text: str, folder: Path, service: str, here: dict) -> str:
    """A text of a container with the places of this machine in it."""
    text = re.sub(r"sslmode=verify-full&sslrootcert=[\w./]+", "sslmode=disable", text)
    text = text.replace("jdbc:postgresql://127.0.0.1/", f"jdbc:postgresql://127.0.0.1:{here['port']}/")
    image = Path.cwd() / "services" / service
    text = re.sub(r"(?<![\w/@])/backup\b", str(HOME / "backup"), text)
    text = text.replace("/service/migrations/.", f"{_image(image, folder)}/.")
    brought = image / "migrations"
    return re.sub(r"(?<![\w/@])/migrations\b", str(brought if brought.is_dir() else folder / "migrations"), text)


def _image(service: Path, folder: Path) -> Path:
    """What the Dockerfile of a service of Flyway copies into `/service/migrations`."""
    made = folder / "image"
    (folder / "migrations").mkdir(exist_ok=True)
    if not made.is_dir() and (service / "db").is_dir():
        made.mkdir()
        for file in (service / "flyway.toml", *(service / "db" / "migration").iterdir()):
            (made / file.name).write_bytes(file.read_bytes())
    return made


if __name__ == "__main__":
    sys.exit({"kubectl": kubectl, "helm": helm, "argocd": argocd}[sys.argv[1]](sys.argv[2:]))

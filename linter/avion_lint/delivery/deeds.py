"""What a command does to a database or beside it, told from its words: it migrates, backs up, deploys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import basename

from avion_lint.enumeration import StrEnum
from avion_lint.pattern import pattern
from avion_lint.record import record


class Task(StrEnum):
    """What a command does, as far as the gate cares."""

    MIGRATE = "migrates"
    ROLL_BACK = "rolls migrations back"
    REPAIR = "changes what the runner believes to be applied"
    CLEAN = "drops everything"
    STATUS = "asks what is applied"
    REHEARSE = "shows what would be run"
    LINT = "checks migrations"
    TRY = "tries migrations on a database made for it"
    BACK_UP = "backs up"
    RESTORE = "restores"
    QUERY = "runs SQL"
    DEPLOY = "deploys the application"
    APPLY = "applies manifests"
    WAIT = "waits"


@record
class Deed:
    """One thing that a command does: by which tool, and the word that tells it (`up`, `migrate`)."""

    task: Task
    tool: str
    word: str = ""

    def __str__(self) -> str:
        return f"{self.tool} {self.word}".rstrip()


_GOOSE = {
    "up": Task.MIGRATE,
    "up-by-one": Task.MIGRATE,
    "up-to": Task.MIGRATE,
    "down": Task.ROLL_BACK,
    "down-to": Task.ROLL_BACK,
    "redo": Task.ROLL_BACK,
    "reset": Task.ROLL_BACK,
    "status": Task.STATUS,
    "version": Task.STATUS,
    "validate": Task.LINT,
}
_FLYWAY = {
    "migrate": Task.MIGRATE,
    "undo": Task.ROLL_BACK,
    "repair": Task.REPAIR,
    "baseline": Task.REPAIR,
    "clean": Task.CLEAN,
    "info": Task.STATUS,
    "validate": Task.STATUS,
    "check": Task.REHEARSE,
}
_BY_WORD: dict[str, dict[str, Task]] = {
    "goose": _GOOSE,
    "flyway": _FLYWAY,
    "alembic": {
        "upgrade": Task.MIGRATE,
        "downgrade": Task.ROLL_BACK,
        "stamp": Task.REPAIR,
        "current": Task.STATUS,
        "history": Task.STATUS,
    },
    "migrate": {
        "up": Task.MIGRATE,
        "goto": Task.MIGRATE,
        "down": Task.ROLL_BACK,
        "force": Task.REPAIR,
        "drop": Task.CLEAN,
        "version": Task.STATUS,
    },
    "dbmate": {
        "up": Task.MIGRATE,
        "migrate": Task.MIGRATE,
        "rollback": Task.ROLL_BACK,
        "down": Task.ROLL_BACK,
        "drop": Task.CLEAN,
        "status": Task.STATUS,
    },
    "liquibase": {
        "update": Task.MIGRATE,
        "rollback": Task.ROLL_BACK,
        "rollback-count": Task.ROLL_BACK,
        "dropAll": Task.CLEAN,
        "drop-all": Task.CLEAN,
        "changelog-sync": Task.REPAIR,
        "clear-checksums": Task.REPAIR,
        "status": Task.STATUS,
        "update-sql": Task.REHEARSE,
    },
    "sqlx": {
        "run": Task.MIGRATE,
        "revert": Task.ROLL_BACK,
        "drop": Task.CLEAN,
        "reset": Task.CLEAN,
        "info": Task.STATUS,
    },
    "diesel": {"run": Task.MIGRATE, "revert": Task.ROLL_BACK, "redo": Task.ROLL_BACK, "reset": Task.CLEAN},
    "sqitch": {"deploy": Task.MIGRATE, "revert": Task.ROLL_BACK, "rebase": Task.ROLL_BACK, "status": Task.STATUS},
    "knex": {
        "migrate:latest": Task.MIGRATE,
        "migrate:up": Task.MIGRATE,
        "migrate:rollback": Task.ROLL_BACK,
        "migrate:down": Task.ROLL_BACK,
        "migrate:unlock": Task.REPAIR,
        "migrate:status": Task.STATUS,
    },
    "sequelize": {"db:migrate": Task.MIGRATE, "db:migrate:undo": Task.ROLL_BACK, "db:migrate:undo:all": Task.ROLL_BACK},
    "typeorm": {"migration:run": Task.MIGRATE, "migration:revert": Task.ROLL_BACK, "schema:drop": Task.CLEAN},
    "rails": {"db:migrate": Task.MIGRATE, "db:rollback": Task.ROLL_BACK, "db:reset": Task.CLEAN, "db:drop": Task.CLEAN},
    "drizzle-kit": {"migrate": Task.MIGRATE, "push": Task.MIGRATE},
    "tern": {"migrate": Task.MIGRATE, "status": Task.STATUS},
    "pgbackrest": {"backup": Task.BACK_UP, "restore": Task.RESTORE, "info": Task.STATUS, "check": Task.STATUS},
    "wal-g": {"backup-push": Task.BACK_UP, "backup-fetch": Task.RESTORE},
    "barman": {"backup": Task.BACK_UP, "recover": Task.RESTORE},
    "squawk": {"": Task.LINT},
    "eugene": {"lint": Task.LINT, "trace": Task.LINT},
    "pgrubic": {"lint": Task.LINT},
    "avion-lint": {"": Task.LINT, "verify": Task.TRY},
    "pg_dump": {"": Task.BACK_UP},
    "pg_dumpall": {"": Task.BACK_UP},
    "pg_basebackup": {"": Task.BACK_UP},
    "pg_restore": {"": Task.RESTORE},
    "psql": {"": Task.QUERY},
    "pg_isready": {"": Task.WAIT},
    "nc": {"": Task.WAIT},
}
"""Tools by the name of their program; the word that tells what they do, or "" where the program alone does."""

_ALIASES = {
    "rake": "rails",
    "flyway-migrate": "flyway",
    "sequelize-cli": "sequelize",
    "typeorm-ts-node-commonjs": "typeorm",
    "fly": "flyctl",
    "sls": "serverless",
}
_PAIRS: dict[str, dict[tuple[str, ...], Task]] = {
    "kubectl": {
        ("set", "image"): Task.DEPLOY,
        ("rollout", "restart"): Task.DEPLOY,
        ("rollout", "undo"): Task.DEPLOY,
        ("rollout", "status"): Task.WAIT,
        ("wait",): Task.WAIT,
        ("apply",): Task.APPLY,
        ("create",): Task.APPLY,
        ("replace",): Task.APPLY,
    },
    "helm": {("upgrade",): Task.DEPLOY, ("install",): Task.DEPLOY, ("rollback",): Task.DEPLOY},
    "helmfile": {("apply",): Task.DEPLOY, ("sync",): Task.DEPLOY},
    "argocd": {("app", "sync"): Task.DEPLOY, ("app", "wait"): Task.WAIT, ("app", "rollback"): Task.DEPLOY},
    "flux": {("reconcile",): Task.DEPLOY},
    "flyctl": {("deploy",): Task.DEPLOY},
    "railway": {("up",): Task.DEPLOY},
    "vercel": {("deploy",): Task.DEPLOY},
    "netlify": {("deploy",): Task.DEPLOY},
    "wrangler": {("deploy",): Task.DEPLOY},
    "serverless": {("deploy",): Task.DEPLOY},
    "kamal": {("deploy",): Task.DEPLOY},
    "supabase": {
        ("db", "push"): Task.MIGRATE,
        ("migration", "up"): Task.MIGRATE,
        ("migration", "list"): Task.STATUS,
        ("migration", "repair"): Task.REPAIR,
        ("db", "reset"): Task.CLEAN,
        ("db", "dump"): Task.BACK_UP,
    },
    "dotnet": {("ef", "database", "update"): Task.MIGRATE},
    "gcloud": {
        ("run", "deploy"): Task.DEPLOY,
        ("app", "deploy"): Task.DEPLOY,
        ("sql", "backups", "create"): Task.BACK_UP,
    },
    "aws": {
        ("ecs", "update-service"): Task.DEPLOY,
        ("rds", "create-db-snapshot"): Task.BACK_UP,
        ("rds", "create-db-cluster-snapshot"): Task.BACK_UP,
    },
    "skaffold": {("deploy",): Task.DEPLOY, ("run",): Task.DEPLOY},
    "atlas": {
        ("migrate", "apply"): Task.MIGRATE,
        ("schema", "apply"): Task.MIGRATE,
        ("migrate", "down"): Task.ROLL_BACK,
        ("migrate", "set"): Task.REPAIR,
        ("schema", "clean"): Task.CLEAN,
        ("migrate", "status"): Task.STATUS,
        ("migrate", "lint"): Task.LINT,
    },
    "prisma": {
        ("migrate", "deploy"): Task.MIGRATE,
        ("db", "push"): Task.MIGRATE,
        ("migrate", "reset"): Task.CLEAN,
        ("migrate", "resolve"): Task.REPAIR,
        ("migrate", "status"): Task.STATUS,
    },
}
"""Tools that are told what to do by several words."""
_BUILD_TOOLS = frozenset({"mvn", "mvnw", "gradle", "gradlew"})
_TASK_RUNNERS = frozenset({"make", "just", "task", "npm", "pnpm", "yarn", "bun"})
_TARGET = pattern(
    r"(?:[\w-]+[:._-])?(?:migrate|migrations?[:._-](?:up|run|deploy|apply|latest))"
    r"(?:[:._-](?:up|run|deploy|apply|latest|all|prod|production|staging|stage|dev))*"
)
"""A target or a script of a package that migrates, going by its name (`migrate-up`, `db:migrate`)."""
_OPTIONS_WITH_VALUE = frozenset(
    {"-dir", "--dir", "-table", "-n", "--namespace", "--context", "--kubeconfig", "-f", "-c"}
)
_DATABASES = frozenset({"postgres", "postgresql", "pgx", "mysql", "sqlite3", "clickhouse", "mssql", "redshift", "tidb"})


def deeds(words: Sequence[str]) -> tuple[Deed, ...]:
    """What a command does, given its words, wrappers taken away; nothing for what is not known."""
    program = _program(words) if words else ""
    if program == "manage.py":
        return tuple(Deed(Task.MIGRATE, program, "migrate") for word in words[1:3] if word == "migrate")
    if program in _BUILD_TOOLS or program in _TASK_RUNNERS:
        return tuple(_of_build(program, words) if program in _BUILD_TOOLS else _of_target(program, words[1:]))
    if program in _PAIRS:
        return tuple(_of_pairs(program, words[1:]))
    known = _BY_WORD.get(program)
    if known is None:
        return ()
    if "" in known and next(_plain(words[1:]), "-") not in known:
        return (Deed(known[""], program),)
    told = _told(program, words[1:])
    return tuple(Deed(known[word], program, word) for word in told if word in known)


def _program(words: Sequence[str]) -> str:
    first = basename(words[0])
    if first.startswith("python") and len(words) > 1:
        first = basename(words[1])
    first = first.removesuffix(".exe").removesuffix(".sh").partition("@")[0]
    return _ALIASES.get(first, first)


def _told(program: str, words: Sequence[str]) -> Iterator[str]:
    """The words that can be commands: no options, no values of options; for most tools the first alone."""
    plain = list(_plain(words))
    if program == "flyway":
        yield from plain  # one call may hold several of its commands
    elif program == "goose":
        known = [word for word in plain if word in _GOOSE]
        yield from known[:1]
    else:
        yield from plain


def _plain(words: Sequence[str]) -> Iterator[str]:
    at = 0
    while at < len(words):
        word = words[at]
        if word in _OPTIONS_WITH_VALUE:
            at += 1
        elif not word.startswith("-") and word not in _DATABASES:
            yield word
        at += 1


def _of_pairs(program: str, words: Sequence[str]) -> Iterator[Deed]:
    plain = tuple(_plain(words))
    for pair, task in _PAIRS[program].items():
        if plain[: len(pair)] == pair:
            yield Deed(task, program, " ".join(pair))
            return


def _of_target(program: str, words: Sequence[str]) -> Iterator[Deed]:
    """What the target is called tells what it does; of a package's tool its first word, `run` left out."""
    plain = [word for word in words if not word.startswith("-") and "=" not in word and word != "run"]
    for word in plain if program in ("make", "just", "task") else plain[:1]:
        if _TARGET.fullmatch(word):
            yield Deed(Task.MIGRATE, program, word)


def _of_build(program: str, words: Sequence[str]) -> Iterator[Deed]:
    """Flyway's plugins for Maven (`flyway:migrate`) and Gradle (`flywayMigrate`), Liquibase's likewise."""
    for word in words[1:]:
        task = word.rpartition(":")[2]
        for tool in ("flyway", "liquibase"):
            known = _BY_WORD[tool]
            if ":" in word and tool in word and task in known:
                yield Deed(known[task], tool, f"({program} {word})")
            elif task.startswith(tool) and task[len(tool) :].lower() in known:
                yield Deed(known[task[len(tool) :].lower()], tool, f"({program} {word})")

"""What commands do to a database is told from their words, options taken away."""

import pytest

from avion_lint.delivery.deeds import Task, deeds


def tasks(line: str) -> list[str]:
    return [f"{deed.task.name} {deed}" for deed in deeds(line.split())]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("goose up", ["MIGRATE goose up"]),
        ("goose -dir ./migrations postgres $DSN up", ["MIGRATE goose up"]),
        ("/usr/local/bin/goose -dir=/m pgx dsn down-to 42", ["ROLL_BACK goose down-to"]),
        ("goose create add_users sql", []),
        ("goose -version", []),
        ("flyway -url=jdbc:x info migrate", ["STATUS flyway info", "MIGRATE flyway migrate"]),
        ("flyway repair", ["REPAIR flyway repair"]),
        ("mvn -B flyway:migrate -Pprod", ["MIGRATE flyway (mvn flyway:migrate)"]),
        ("mvn org.flywaydb:x:11.1.0:info", ["STATUS flyway (mvn org.flywaydb:x:11.1.0:info)"]),
        ("./gradlew flywayMigrate", ["MIGRATE flyway (gradlew flywayMigrate)"]),
        ("alembic -c alembic.ini upgrade head", ["MIGRATE alembic upgrade"]),
        ("alembic downgrade -1", ["ROLL_BACK alembic downgrade"]),
        ("migrate -path m -database $URL force 3", ["REPAIR migrate force"]),
        ("python manage.py migrate --noinput", ["MIGRATE manage.py migrate"]),
        ("python3 -m http.server", []),
        ("kubectl -n prod set image deployment/users users=r/users:1", ["DEPLOY kubectl set image"]),
        ("kubectl rollout status deployment/users", ["WAIT kubectl rollout status"]),
        ("kubectl apply -f job.yaml", ["APPLY kubectl apply"]),
        ("kubectl get pods", []),
        ("helm upgrade --install users ./chart", ["DEPLOY helm upgrade"]),
        ("argocd app sync users", ["DEPLOY argocd app sync"]),
        ("prisma migrate deploy", ["MIGRATE prisma migrate deploy"]),
        ("prisma migrate dev", []),
        ("atlas migrate lint --dev-url x", ["LINT atlas migrate lint"]),
        ("pg_dump -Fc -f x.dump", ["BACK_UP pg_dump"]),
        ("avion-lint services/users", ["LINT avion-lint"]),
        ("avion-lint verify --full", ["TRY avion-lint verify"]),
        ("pgbackrest --stanza=main backup", ["BACK_UP pgbackrest backup"]),
        ("psql -c 'SELECT 1'", ["QUERY psql"]),
        ("echo goose up", []),
        ("make migrate-up ENV=prod", ["MIGRATE make migrate-up"]),
        ("make migration name=add_users", []),
        ("make build migrate", ["MIGRATE make migrate"]),
        ("pnpm run db:migrate", ["MIGRATE pnpm db:migrate"]),
        ("npm run migrate:create", []),
        ("npm run test migrate", []),
        ("supabase db push --linked", ["MIGRATE supabase db push"]),
        ("fly deploy --remote-only", ["DEPLOY flyctl deploy"]),
        ("sqlx migrate run", ["MIGRATE sqlx run"]),
    ],
)
def test_a_command_does_what_its_words_tell(line: str, expected: list[str]) -> None:
    assert tasks(line) == expected


def test_no_words_do_nothing() -> None:
    assert deeds([]) == ()
    assert Task.MIGRATE == "migrates"

"""Texts that generated workflows and manifests are put together from: scripts as people write them."""

from __future__ import annotations

BUILD = (
    "npm ci\nnpm run lint\nnpm run build --if-present\n",
    "go build ./...\ngo vet ./...\ngo test -race -coverprofile=coverage.out ./... | tee test.log\n",
    (
        "python -m pip install --upgrade pip\n"
        "pip install -r requirements.txt -r requirements-dev.txt\npytest -q --maxfail=1\n"
    ),
    "./gradlew --no-daemon assemble check -x integrationTest\n",
    "make lint test VERSION=${{ github.sha }}\n",
    (
        'docker build --pull -t "$REGISTRY/SERVICE:${GITHUB_SHA::12}" .\n'
        'docker push "$REGISTRY/SERVICE:${GITHUB_SHA::12}"\n'
    ),
)
"""Steps that build and test."""

SCRIPTS = (
    """\
set -euo pipefail
changed=$(git diff --name-only "origin/${GITHUB_BASE_REF:-main}...HEAD" | grep -E '^services/SERVICE/' || true)
if [ -z "$changed" ]; then
  echo "nothing of SERVICE has changed"
  echo "skip=true" >> "$GITHUB_OUTPUT"
  exit 0
fi
for file in $changed; do
  case "$file" in
    *.sql) echo "migration: $file" ;;
    *.go|*.ts|*.py) echo "source: $file" ;;
    *) continue ;;
  esac
done
echo "skip=false" >> "$GITHUB_OUTPUT"
""",
    """\
set -eu
attempt=0
until curl -fsS --max-time 5 "https://SERVICE.example.org/healthz" > /dev/null; do
  attempt=$((attempt + 1))
  if [ "$attempt" -ge 30 ]; then
    echo "::error::SERVICE is not healthy" >&2
    kubectl -n SERVICE describe pods -l app=SERVICE
    kubectl -n SERVICE logs -l app=SERVICE --tail=200
    exit 1
  fi
  sleep 5
done
""",
    """\
version=$(jq -r .version package.json)
tag="v${version}"
if git rev-parse "$tag" >/dev/null 2>&1; then
  echo "Größe: $tag gibt es schon — nothing to do"
else
  git tag -a "$tag" -m "Release $tag"
  git push origin "$tag"
  gh release create "$tag" --generate-notes --title "SERVICE $tag"
fi
""",
    """\
kubectl config use-context "$CLUSTER"
kubectl -n SERVICE set image deployment/SERVICE app="$REGISTRY/SERVICE:${GITHUB_SHA::12}"
kubectl -n SERVICE rollout status deployment/SERVICE --timeout=300s
""",
    """\
cat > config.json <<EOF
{
  "service": "SERVICE",
  "commit": "$GITHUB_SHA",
  "ref": "${{ github.ref_name }}"
}
EOF
aws s3 cp config.json "s3://example-builds/SERVICE/$GITHUB_SHA/config.json"
find dist -name '*.map' -print0 | xargs -0 rm -f
tar -czf dist.tar.gz -C dist . && aws s3 cp dist.tar.gz "s3://example-builds/SERVICE/$GITHUB_SHA/"
""",
)
"""Steps with some shell in them; SERVICE stands for the name of the service."""

MIGRATING = (
    """\
set -euo pipefail
pg_dump "$DATABASE_URL" | gzip > "backup-SERVICE-$(date +%Y%m%d).sql.gz"
goose -dir services/SERVICE/migrations postgres "$DATABASE_URL" up
goose -dir services/SERVICE/migrations postgres "$DATABASE_URL" status
""",
    """\
flyway -url="jdbc:postgresql://$DB_HOST:5432/SERVICE" -user="$DB_USER" -password="$DB_PASSWORD" migrate
flyway -url="jdbc:postgresql://$DB_HOST:5432/SERVICE" -user="$DB_USER" -password="$DB_PASSWORD" info
""",
    """\
set -e
cat <<'EOF' | kubectl -n SERVICE apply -f -
apiVersion: batch/v1
kind: Job
metadata:
  name: SERVICE-migration
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: migrate
          image: registry.example.org/SERVICE-migrations:1.4.2
          args: ["up"]
EOF
kubectl -n SERVICE wait --for=condition=complete job/SERVICE-migration --timeout=600s
""",
)
"""Steps that migrate."""

CONTAINER_SCRIPTS = (
    """\
set -eu
until pg_isready -h "$PGHOST" -p "${PGPORT:-5432}" -U "$PGUSER"; do
  echo "waiting for the database of SERVICE"
  sleep 2
done
""",
    """\
set -eu
stamp=$(date -u +%Y%m%dT%H%M%SZ)
pg_dump --format=custom --file="/backup/SERVICE-$stamp.dump" "$DATABASE_URL"
aws s3 cp "/backup/SERVICE-$stamp.dump" "s3://example-backups/SERVICE/"
find /backup -name '*.dump' -mtime +14 -delete
""",
    """\
echo "starting SERVICE"
if [ -f /etc/SERVICE/env ]; then
  . /etc/SERVICE/env
fi
exec /usr/local/bin/SERVICE --listen=:8080 --log-format=json --metrics=:9090
""",
    """\
psql "$DATABASE_URL" -v ON_ERROR_STOP=1 <<'SQL'
DELETE FROM sessions WHERE expires_at < now() - interval '7 days';
ANALYZE sessions;
SQL
""",
)
"""What containers run by `sh -c`."""

ACTIONS = (
    ("actions/setup-node@v4", ("node-version: 22", "cache: npm")),
    ("actions/setup-go@v5", ("go-version-file: go.mod",)),
    ("actions/setup-python@v5", ("python-version: '3.12'", "cache: pip")),
    ("actions/cache@v4", ("path: ~/.cache", "key: ${{ runner.os }}-${{ hashFiles('**/lock*') }}")),
    ("docker/setup-buildx-action@v3", ()),
    ("aws-actions/configure-aws-credentials@v4", ("role-to-assume: ${{ vars.ROLE }}", "aws-region: eu-central-1")),
    ("actions/upload-artifact@v4", ("name: report", "path: |\n  coverage.out\n  test.log", "retention-days: 5")),
)
"""Actions that steps use, with what they are given."""
SERVICES = (
    "users", "orders", "billing", "catalog", "search", "mail", "reports", "gateway", "payments", "shipping",
    "inventory", "sessions", "pricing", "accounts", "events", "audit",
)  # fmt: skip

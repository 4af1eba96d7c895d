#!/usr/bin/env bash
# Migrates and deploys one service in one environment by Argo CD: its hook migrates, and the rest waits for that.
# Argo CD refuses to sync outside of the environment's window; then the same job is run again within it.
set -euo pipefail

service=${1:?usage: sync.sh SERVICE ENVIRONMENT IMAGE@DIGEST}
environment=${2:?usage: sync.sh SERVICE ENVIRONMENT IMAGE@DIGEST}
image=${3:?usage: sync.sh SERVICE ENVIRONMENT IMAGE@DIGEST}
application="$service-$environment"
run="${GITHUB_RUN_ID:?}-${GITHUB_RUN_ATTEMPT:?}"
: "${ARGOCD_SERVER:?}" "${ARGOCD_AUTH_TOKEN:?}"

argocd app set "$application" --revision "${GITHUB_SHA:?}" \
  --helm-set-string "image=$image" --helm-set-string "version=$GITHUB_SHA" --helm-set-string "run=$run"
# Longer than any migration may take (timeout_seconds in environments/), so that its own deadline ends it.
if ! argocd app sync "$application" --timeout 2100; then
  argocd app logs "$application" --group batch --kind Job --name "$service-migration-$run" >&2
  echo "$application is not deployed: run $run was refused, or its migration did not succeed" >&2
  exit 1
fi
argocd app wait "$application" --health --operation --timeout 300
echo "$application is migrated and deployed, by run $run"

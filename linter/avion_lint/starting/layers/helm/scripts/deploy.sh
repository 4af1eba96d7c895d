#!/usr/bin/env bash
# Migrates and deploys one service in one environment: Helm runs the migration first, and goes on only where it succeeded.
# Nothing is taken back by itself: `--atomic` would put the old application back and leave the database as it is.
set -euo pipefail

service=${1:?usage: deploy.sh SERVICE ENVIRONMENT IMAGE@DIGEST}
environment=${2:?usage: deploy.sh SERVICE ENVIRONMENT IMAGE@DIGEST}
image=${3:?usage: deploy.sh SERVICE ENVIRONMENT IMAGE@DIGEST}
namespace="shop-$environment"  # CHANGE: how namespaces are named
run="${GITHUB_RUN_ID:?}-${GITHUB_RUN_ATTEMPT:?}"
export HELM_DRIVER=configmap

# Longer than any migration may take (timeout_seconds in environments/), so that its own deadline ends it.
if ! helm upgrade "$service" deploy/service --install --namespace "$namespace" --timeout 35m --history-max 10 \
  --values "environments/$environment/migration-config.yaml" \
  --set "service=$service,image=$image,version=${GITHUB_SHA:?}" --set-string "run=$run"; then
  kubectl logs "job/$service-migration-$run" --namespace="$namespace" --all-containers --prefix >&2
  echo "$service in $environment is not deployed: its migration in run $run did not succeed" >&2
  exit 1
fi
kubectl rollout status "deployment/$service" --namespace="$namespace" --timeout=300s
echo "$service in $environment is migrated and deployed, by run $run"

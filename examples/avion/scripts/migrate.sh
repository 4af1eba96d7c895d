#!/usr/bin/env bash
# Runs one service's migrations in one environment as a Job, and ends as the Job does.
set -euo pipefail

service=${1:?usage: migrate.sh SERVICE ENVIRONMENT IMAGE@DIGEST}
environment=${2:?usage: migrate.sh SERVICE ENVIRONMENT IMAGE@DIGEST}
image=${3:?usage: migrate.sh SERVICE ENVIRONMENT IMAGE@DIGEST}
namespace="shop-$environment"  # CHANGE: how namespaces are named
run="${GITHUB_RUN_ID:?}-${GITHUB_RUN_ATTEMPT:?}"

helm template "$service" deploy/migration --namespace "$namespace" \
  --values "environments/$environment/migration-config.yaml" \
  --set "service=$service,image=$image,version=${GITHUB_SHA:?}" --set-string "run=$run" \
  --show-only templates/migration-job.yaml > migration-job.yaml
job=$(kubectl create --filename=migration-job.yaml --output=name)
deadline=$(kubectl get "$job" --namespace="$namespace" --output=jsonpath='{.spec.activeDeadlineSeconds}')

state=
for ((waited = 0; waited < deadline + 60; waited += 5)); do
  state=$(kubectl get "$job" --namespace="$namespace" --output=jsonpath='{.status.conditions[?(@.status=="True")].type}') ||
    echo "the cluster does not answer; asked again in 5 seconds" >&2
  case "$state" in *Complete* | *Failed*) break ;; esac
  sleep 5
done
case "$state" in
  *Complete*) echo "$service in $environment is migrated; to take it back: run $run" ;;
  *)
    kubectl logs "$job" --namespace="$namespace" --all-containers --prefix >&2
    echo "$service in $environment is not migrated: $job ended as '${state:-unknown}'" >&2
    exit 1
    ;;
esac

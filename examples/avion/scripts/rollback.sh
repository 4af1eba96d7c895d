#!/usr/bin/env bash
# Takes back what one run migrated, to the version that it had recorded, after a backup; ends as the Job does.
set -euo pipefail

service=${1:?usage: rollback.sh SERVICE ENVIRONMENT IMAGE@DIGEST RUN}
environment=${2:?usage: rollback.sh SERVICE ENVIRONMENT IMAGE@DIGEST RUN}
image=${3:?usage: rollback.sh SERVICE ENVIRONMENT IMAGE@DIGEST RUN}
namespace="shop-$environment"  # CHANGE: how namespaces are named
run=${4:?usage: rollback.sh SERVICE ENVIRONMENT IMAGE@DIGEST RUN}

helm template "$service" deploy/migration --namespace "$namespace" \
  --values "environments/$environment/migration-config.yaml" \
  --set "service=$service,image=$image,version=${GITHUB_SHA:?}" --set-string "run=$run" \
  --show-only templates/rollback-job.yaml > rollback-job.yaml
job=$(kubectl create --filename=rollback-job.yaml --output=name)
deadline=$(kubectl get "$job" --namespace="$namespace" --output=jsonpath='{.spec.activeDeadlineSeconds}')

state=
for ((waited = 0; waited < deadline + 60; waited += 5)); do
  state=$(kubectl get "$job" --namespace="$namespace" --output=jsonpath='{.status.conditions[?(@.status=="True")].type}') ||
    echo "the cluster does not answer; asked again in 5 seconds" >&2
  case "$state" in *Complete* | *Failed*) break ;; esac
  sleep 5
done
case "$state" in
  *Complete*) echo "$service in $environment is back at what it was before run $run" ;;
  *)
    kubectl logs "$job" --namespace="$namespace" --all-containers --prefix >&2
    echo "$service in $environment is not taken back: $job ended as '${state:-unknown}'" >&2
    exit 1
    ;;
esac

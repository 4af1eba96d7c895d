#!/usr/bin/env bash
# Puts the dump of before a run into a new database beside the one in use, and says what it is called.
set -euo pipefail

service=${1:?usage: restore.sh SERVICE ENVIRONMENT IMAGE@DIGEST RUN}
environment=${2:?usage: restore.sh SERVICE ENVIRONMENT IMAGE@DIGEST RUN}
image=${3:?usage: restore.sh SERVICE ENVIRONMENT IMAGE@DIGEST RUN}
run=${4:?usage: restore.sh SERVICE ENVIRONMENT IMAGE@DIGEST RUN}
namespace="shop-$environment"  # CHANGE: how namespaces are named

helm template "$service" deploy/migration --namespace "$namespace" \
  --values "environments/$environment/migration-config.yaml" \
  --set "service=$service,image=$image,version=${image##*:}" --set-string "run=$run" \
  --show-only templates/restore-job.yaml > restore-job.yaml
job=$(kubectl create --filename=restore-job.yaml --output=name)
deadline=$(kubectl get "$job" --namespace="$namespace" --output=jsonpath='{.spec.activeDeadlineSeconds}')

state=
for ((waited = 0; waited < deadline + 60; waited += 5)); do
  state=$(kubectl get "$job" --namespace="$namespace" --output=jsonpath='{.status.conditions[?(@.status=="True")].type}') ||
    echo "the cluster does not answer; asked again in 5 seconds" >&2
  case "$state" in *Complete* | *Failed*) break ;; esac
  sleep 5
done
case "$state" in
  *Complete*) kubectl logs "$job" --namespace="$namespace" --container=restore ;;
  *)
    kubectl logs "$job" --namespace="$namespace" --all-containers --prefix >&2
    echo "$service in $environment is not restored: $job ended as '${state:-unknown}'" >&2
    exit 1
    ;;
esac

#!/usr/bin/env bash
# Shows what Flyway has applied in one environment, what is pending, and whether files and database agree.
set -euo pipefail

service=${1:?usage: info.sh SERVICE ENVIRONMENT IMAGE@DIGEST}
environment=${2:?usage: info.sh SERVICE ENVIRONMENT IMAGE@DIGEST}
image=${3:?usage: info.sh SERVICE ENVIRONMENT IMAGE@DIGEST}
namespace="shop-$environment"  # CHANGE: how namespaces are named

helm template "$service" deploy/migration --namespace "$namespace" \
  --values "environments/$environment/migration-config.yaml" \
  --set "service=$service,image=$image,version=${image##*:}" \
  --show-only templates/info-job.yaml > info-job.yaml
job=$(kubectl create --filename=info-job.yaml --output=name)
deadline=$(kubectl get "$job" --namespace="$namespace" --output=jsonpath='{.spec.activeDeadlineSeconds}')

state=
for ((waited = 0; waited < deadline + 60; waited += 5)); do
  state=$(kubectl get "$job" --namespace="$namespace" --output=jsonpath='{.status.conditions[?(@.status=="True")].type}') ||
    echo "the cluster does not answer; asked again in 5 seconds" >&2
  case "$state" in *Complete* | *Failed*) break ;; esac
  sleep 5
done
case "$state" in
  *Complete*) kubectl logs "$job" --namespace="$namespace" --container=info ;;
  *)
    kubectl logs "$job" --namespace="$namespace" --all-containers --prefix >&2
    echo "$service in $environment: files and database do not agree: $job ended as '${state:-unknown}'" >&2
    exit 1
    ;;
esac

#!/usr/bin/env bash
# Lets Flyway forget a migration that failed half-way, after a backup. Never by itself: only its workflow runs this.
set -euo pipefail

service=${1:?usage: repair.sh SERVICE ENVIRONMENT IMAGE@DIGEST RUN}
environment=${2:?usage: repair.sh SERVICE ENVIRONMENT IMAGE@DIGEST RUN}
image=${3:?usage: repair.sh SERVICE ENVIRONMENT IMAGE@DIGEST RUN}
run=${4:?usage: repair.sh SERVICE ENVIRONMENT IMAGE@DIGEST RUN}
namespace="shop-$environment"  # CHANGE: how namespaces are named

helm template "$service" deploy/migration --namespace "$namespace" \
  --values "environments/$environment/migration-config.yaml" \
  --set "service=$service,image=$image,version=${image##*:}" --set-string "run=$run" \
  --show-only templates/repair-job.yaml > repair-job.yaml
job=$(kubectl create --filename=repair-job.yaml --output=name)
deadline=$(kubectl get "$job" --namespace="$namespace" --output=jsonpath='{.spec.activeDeadlineSeconds}')

state=
for ((waited = 0; waited < deadline + 60; waited += 5)); do
  state=$(kubectl get "$job" --namespace="$namespace" --output=jsonpath='{.status.conditions[?(@.status=="True")].type}') ||
    echo "the cluster does not answer; asked again in 5 seconds" >&2
  case "$state" in *Complete* | *Failed*) break ;; esac
  sleep 5
done
case "$state" in
  *Complete*) echo "$service in $environment is repaired; the next deployment runs the mended file" ;;
  *)
    kubectl logs "$job" --namespace="$namespace" --all-containers --prefix >&2
    echo "$service in $environment is not repaired: $job ended as '${state:-unknown}'" >&2
    exit 1
    ;;
esac

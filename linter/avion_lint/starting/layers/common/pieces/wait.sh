deadline=$(kubectl get "$job" --namespace="$namespace" --output=jsonpath='{.spec.activeDeadlineSeconds}')

state=
for ((waited = 0; waited < deadline + 60; waited += 5)); do
  state=$(kubectl get "$job" --namespace="$namespace" --output=jsonpath='{.status.conditions[?(@.status=="True")].type}') ||
    echo "the cluster does not answer; asked again in 5 seconds" >&2
  case "$state" in *Complete* | *Failed*) break ;; esac
  sleep 5
done

#!/usr/bin/env bash
# Schemaward from nothing to an approved, applied migration, on this machine, with a real Kubernetes and a real PostgreSQL.
#
#   samples/quickstart/run.sh          do it; asks nothing, shows everything, leaves it running for you to look at
#   samples/quickstart/run.sh --down   remove everything again
#
# Needs: Linux, root (for the local cluster), Maven, JDK 25, Go (once, to build Kubernetes). On another cluster:
#   SCHEMAWARD_TEST_KUBECONFIG=~/.kube/config SCHEMAWARD_TEST_HOST_ADDRESS=<address of this machine for pods> run.sh
# (that cluster's nodes must be able to get the two images; see docs/install.md).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cluster=$root/operator/testkit/src/main/cluster/cluster
state=${XDG_CACHE_HOME:-$HOME/.cache}/schemaward/quickstart
namespace=shop
operator_namespace=schemaward-system
port=15432
began=$SECONDS

if [ -t 1 ]; then bold=$(printf '\033[1m') dim=$(printf '\033[2m') plain=$(printf '\033[0m'); else bold='' dim='' plain=''; fi
step() { printf '\n%s==> %s%s %s(%d s)%s\n' "$bold" "$*" "$plain" "$dim" $((SECONDS - began)) "$plain"; }
say() { local line; for line in "$@"; do printf '    %s\n' "$line"; done; }
show() { printf '%s    $ %s%s\n' "$dim" "$*" "$plain"; "$@" | sed 's/^/    /'; }
fail() { printf '\n%squickstart: %s%s\n' "$bold" "$1" "$plain" >&2; shift; for line in "$@"; do printf '    %s\n' "$line" >&2; done; exit 1; }
kubectl() { "$state/kubectl" --kubeconfig "$kubeconfig" "$@"; }

database_pid() { # the database's process, if it is really ours
  local pid; pid=$(cat "$state/postgres.pid" 2>/dev/null) || return 1
  tr '\0' ' ' < "/proc/$pid/cmdline" 2>/dev/null | grep -q StandaloneServer && echo "$pid"
}

down() {
  step "Taking everything down"
  local pid
  if pid=$(database_pid); then
    kill "$pid"; for _ in $(seq 100); do [ -d "/proc/$pid" ] || break; sleep 0.1; done
    say "database ended"
  fi
  if [ -n "${SCHEMAWARD_TEST_KUBECONFIG:-}" ]; then
    kubeconfig=$SCHEMAWARD_TEST_KUBECONFIG
    kubectl delete namespace "$namespace" --ignore-not-found
    kubectl delete -f "$root/helm/install.yaml" --ignore-not-found
  else
    "$cluster" down
    say "cluster ended"
  fi
  rm -rf "$state"
  say "done; what was built is kept (operator/*/target, the Kubernetes binary in the cache)"
}

case ${1:-} in
  --down) kubeconfig=; down; exit ;;
  '') ;;
  *) sed -n '2,9p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//'; exit 2 ;;
esac

mkdir -p "$state"

step "Building what is missing"
runner=$root/operator/runner/target/schemaward-runner.tar
controller=$root/operator/controller/target/schemaward-controller.tar
stale() { # a source is newer than what was built from it
  [ ! -e "$1" ] || [ -n "$(find "$root/pom.xml" "$root"/operator/*/pom.xml "$root"/operator/*/src/main -newer "$1" -print -quit)" ]
}
if stale "$runner" || stale "$controller" || [ ! -e "$root/operator/testkit/target/classpath.txt" ]; then
  command -v mvn >/dev/null || fail "Maven is not installed" "apt-get install maven"
  say "operator, runner and their images, with Maven: a minute, some more the first time"
  (cd "$root" && mvn -q -B -DskipTests package) > "$state/build.log" 2>&1 ||
    fail "the build failed; its last lines:" "$(tail -15 "$state/build.log")" "all of it: $state/build.log"
  touch "$runner" "$controller"
fi
say "images: $(du -h "$runner" | cut -f1) runner, $(du -h "$controller" | cut -f1) operator"

step "Starting Kubernetes"
if [ -n "${SCHEMAWARD_TEST_KUBECONFIG:-}" ]; then
  kubeconfig=$SCHEMAWARD_TEST_KUBECONFIG
  host=${SCHEMAWARD_TEST_HOST_ADDRESS:?the address at which pods of your cluster reach this machine}
  ln -sf "$(command -v kubectl || fail "kubectl is not installed")" "$state/kubectl"
else
  [ "$(id -u)" = 0 ] || fail "the local cluster needs root (network namespaces, containerd)" \
    "run this as root, or point SCHEMAWARD_TEST_KUBECONFIG at a cluster of yours"
  kubeconfig=$("$cluster" up)
  host=10.99.0.1
  ln -sf "$("$cluster" kubectl)" "$state/kubectl"
  "$cluster" load "$runner" "$controller" 2>&1 | sed 's/^/    /'
fi
show kubectl get nodes

step "Starting PostgreSQL 18"
if ! database_pid >/dev/null; then
  head -c 18 /dev/urandom | base64 | tr '+/' '-_' > "$state/password"
  chmod 600 "$state/password"
  : > "$state/postgres.log"
  java=$root/operator/runner/target/schemaward/runtime/bin/java
  setsid nohup "$java" -Xmx64m -XX:+UseSerialGC \
    -cp "$root/operator/testkit/target/classes:$(cat "$root/operator/testkit/target/classpath.txt")" \
    dev.schemaward.testkit.postgres.StandaloneServer 18 "$host" "$port" orders orders "$state/password" \
    > "$state/postgres.log" 2>&1 < /dev/null &
  echo $! > "$state/postgres.pid"
  for _ in $(seq 300); do
    grep -q '^ready' "$state/postgres.log" && break
    database_pid >/dev/null || fail "PostgreSQL did not start:" "$(tail -5 "$state/postgres.log")"
    sleep 0.1
  done
fi
say "listening on $host:$port, database orders, role orders"
query() {
  "$root/operator/runner/target/schemaward/runtime/bin/java" -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -cp "$root/operator/testkit/target/classes:$(cat "$root/operator/testkit/target/classpath.txt")" \
    dev.schemaward.testkit.postgres.Query "$host" "$port" orders orders "$state/password" "$1" | sed 's/^/    /'
}

step "Installing the operator"
kubectl apply --server-side --force-conflicts -f "$root/helm/install.yaml" | sed 's/^/    /'
kubectl -n "$operator_namespace" rollout status deployment/schemaward --timeout=120s | sed 's/^/    /' ||
  fail "the operator did not start" "look: $state/kubectl --kubeconfig $kubeconfig -n $operator_namespace describe pods"

step "Applying samples/quickstart/*.yaml: a Prisma bundle of five migrations for a production namespace"
for file in "$here"/*.yaml; do
  sed -e "s/PASSWORD/$(cat "$state/password")/; s/HOST:5432/$host:$port/" "$file" |
    kubectl apply -f - | sed 's/^/    /'
done

wait_for_reason() { # REASON...: what Ready says
  local reason='' before='' i
  for i in $(seq 600); do
    reason=''
    [ "$(kubectl -n $namespace get dbm orders -o jsonpath='{.metadata.generation}')" != \
      "$(kubectl -n $namespace get dbm orders -o jsonpath='{.status.observedGeneration}')" ] ||
      reason=$(kubectl -n $namespace get dbm orders -o jsonpath='{.status.conditions[?(@.type=="Ready")].reason}')
    [ -n "$reason" ] || { sleep 0.2; continue; }
    [ "$reason" = "$before" ] || { say "status: $reason"; before=$reason; }
    for wanted in "$@"; do [ "$reason" != "$wanted" ] || return 0; done
    [ "$(kubectl -n $namespace get dbm orders -o jsonpath='{.status.conditions[?(@.type=="Stalled")].status}')" != True ] || break
    sleep 0.2
  done
  fail "the migration is at $reason" \
    "$(kubectl -n $namespace get dbm orders -o jsonpath='{.status.conditions[?(@.type=="Ready")].message}')"
}

review_and_approve() { # shows the plan that waits, approves it, waits until it is applied; nothing to do is fine
  wait_for_reason AwaitingApproval UpToDate
  show kubectl -n $namespace get dbm orders
  [ "$(kubectl -n $namespace get dbm orders -o jsonpath='{.status.conditions[?(@.type=="Ready")].reason}')" = AwaitingApproval ] || return 0
  say "" "the plan, as a reviewer reads it:"
  local document hash user
  document=$(kubectl -n $namespace get dbm orders -o jsonpath='{.status.plan.documentRef.name}')
  kubectl -n $namespace get configmap "$document" -o jsonpath='{.data.plan\.txt}' | sed 's/^/    | /'
  say "" "what the status says, to whoever looks:"
  kubectl -n $namespace get dbm orders -o jsonpath='{.status.conditions[?(@.type=="Ready")].message}' | fold -s -w 110 | sed 's/^/    | /'
  echo
  hash=$(kubectl -n $namespace get dbm orders -o jsonpath='{.status.plan.hash}')
  user=$(kubectl auth whoami -o jsonpath='{.status.userInfo.username}')
  say "" "approving ${hash:0:13}… as $user"
  kubectl -n $namespace annotate --overwrite --field-manager=schemaward-approval dbm orders \
    "approval.schemaward.dev/approve=$hash" "approval.schemaward.dev/by=$user" \
    "approval.schemaward.dev/reason=quickstart" | sed 's/^/    /'
  wait_for_reason UpToDate
}

step "The operator plans in a Job, which only reads; production waits for the approval of that very plan"
review_and_approve

step "Git asks for the next version, and that one destroys something"
kubectl -n $namespace patch dbm orders --type=merge -p '{"spec":{"targetVersion":"20260315100000_drop_user_phone"}}' | sed 's/^/    /'
review_and_approve
show kubectl -n $namespace wait --for=condition=Ready --timeout=60s dbm/orders
show kubectl -n $namespace get dbm orders -o wide

check_now() { # STATUS: asks for a comparison and waits until Drifted has this status
  kubectl -n $namespace annotate --overwrite dbm orders "schemaward.dev/check-requested-at=$(date +%s.%N)" >/dev/null
  kubectl -n $namespace wait --for=condition=Drifted="$1" --timeout=60s dbm/orders | sed 's/^/    /'
}

step "Somebody changes the schema by hand"
[ "$(kubectl -n $namespace get dbm orders -o jsonpath='{.status.conditions[?(@.type=="Drifted")].status}')" = False ] ||
  { query "DROP INDEX IF EXISTS by_hand"; check_now False; } # left by an earlier run that was interrupted
query "CREATE INDEX by_hand ON users (name)"
check_now True
kubectl -n $namespace get dbm orders -o jsonpath='{.status.conditions[?(@.type=="Drifted")].message}' | fold -s -w 110 | sed 's/^/    | /'
echo
show kubectl -n $namespace get dbm orders
say "" "the way back, tried on a shadow database before it is shown:"
kubectl -n $namespace get configmap orders-drift -o jsonpath='{.data.revert\.sql}' | sed 's/^/    | /'
query "DROP INDEX by_hand"
check_now False

step "What the database says"
say "Prisma's own history:"
query "SELECT migration_name, finished_at::timestamp(0), applied_steps_count AS steps FROM _prisma_migrations ORDER BY started_at"
say "who approved, in the ledger:"
query "SELECT epoch, owner, left(plan_hash, 13) || '…' AS plan, approved_by, outcome FROM (SELECT epoch, regexp_replace(owner, '^[^/]*/', '') AS owner, plan_hash, approved_by, outcome FROM schemaward.run) r ORDER BY epoch"
say "tables:"
query "SELECT relname AS \"table\", (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"

step "Done"
cat <<T
    Go on:   alias k='$state/kubectl --kubeconfig $kubeconfig'
             k -n $namespace describe dbm orders
             k -n $namespace edit configmap orders-migrations      # add a migration: a new plan, a new approval
             k -n $namespace get events --sort-by=.lastTimestamp
    Read:    docs/concepts.md, docs/approve.md
    Stop:    samples/quickstart/run.sh --down
T

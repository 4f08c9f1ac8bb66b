#!/usr/bin/env bash
# Measures Schemaward's command beside psql, dbmate, golang-migrate, Flyway, Liquibase, Prisma and sqitch: builds the command,
# fetches the others from package registries (once, into the cache), starts a PostgreSQL of its own, and prints Markdown tables.
# Usage: run.sh [--files=500] [--repetitions=3] [--sizes=500,2000,10000] [--only=dbmate,Flyway] [--durable]
# Needs Linux, Maven, a JDK 25; Node, Go, Perl and apt for the tools that come that way (a tool that cannot be had is named as
# skipped). About ten minutes; leave the machine alone meanwhile.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
for option in "$@"; do
  case $option in
    --files=* | --repetitions=* | --sizes=* | --only=* | --durable) ;;
    *) sed -n '2,6p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//' && exit 2 ;;
  esac
done
fetched=$("$here/fetch.sh")
cd "$root"
mvn -B -q -ntp -Pbenchmark -pl operator/benchmark -am -DskipTests package -Dbenchmark.fetched="$fetched" -Dbenchmark.options="$*"

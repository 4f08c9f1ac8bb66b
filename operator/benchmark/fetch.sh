#!/usr/bin/env bash
# Fetches the rivals that the benchmark measures, each version once, from package registries into the cache:
# npm (dbmate, Prisma), Go modules (golang-migrate), Maven (Flyway, Liquibase), Debian (sqitch, psql).
# Usage: fetch.sh. Prints the directory that holds one directory (or link) a tool. A tool that cannot be had leaves a file
# <tool>.missing with the reason; the benchmark names it as skipped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
shared=${XDG_CACHE_HOME:-$HOME/.cache}/schemaward
cache=$shared/benchmark
mkdir -p "$cache"

# fetched DIRECTORY COMMAND…: runs COMMAND in DIRECTORY unless an earlier run of it came to its end.
fetched() {
  local directory=$1
  shift
  [ ! -e "$directory/installed" ] || return 0
  mkdir -p "$directory"
  (cd "$directory" && "$@") > "$directory/fetch.log" 2>&1 && touch "$directory/installed"
}

# tool NAME DIRECTORY COMMAND…: the same, for a tool that is then found at $cache/NAME.
tool() {
  local name=$1 directory=$2
  shift 2
  rm -f "$cache/$name" "$cache/$name.missing"
  if fetched "$directory" "$@"; then
    ln -s "$directory" "$cache/$name"
  else
    tail -3 "$directory/fetch.log" | tr '\n' ' ' > "$cache/$name.missing"
  fi
}

npm_package() { npm install --prefix . --ignore-scripts --no-audit --no-fund "$1"; }

go_program() { GOBIN=$PWD go install -tags postgres "$1"; }

# maven_libraries GROUP:ARTIFACT:VERSION…: the artifacts and what they need at run time, into lib/.
maven_libraries() {
  local coordinates group artifact version
  {
    echo '<project><modelVersion>4.0.0</modelVersion><groupId>none</groupId><artifactId>none</artifactId><version>0</version><dependencies>'
    for coordinates in "$@"; do
      IFS=: read -r group artifact version <<< "$coordinates"
      echo "<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId><version>$version</version></dependency>"
    done
    echo '</dependencies></project>'
  } > pom.xml
  mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies -DoutputDirectory="$PWD/lib" -DincludeScope=runtime
}

# debian_packages NAME…: the packages, and what they need that is not installed, unpacked into root/.
debian_packages() {
  local names package
  mapfile -t names < <(apt-get install --simulate --no-install-recommends "$@" | awk '/^Inst/ && $3 !~ /^\[/ {print $2}')
  for package in "$@"; do
    [[ " ${names[*]} " == *" $package "* ]] || names+=("$package")
  done
  apt-get download "${names[@]}"
  for package in *.deb; do
    dpkg-deb -x "$package" root
  done
  rm ./*.deb
}

# The program itself, into bin/: what Debian puts on the PATH is a wrapper in Perl around it.
psql_program() {
  local found
  found=$(compgen -G '/usr/lib/postgresql/*/bin/psql' | sort -V | tail -1 || true)
  if [ -z "$found" ]; then
    debian_packages postgresql-client
    found=$(compgen -G "$PWD/root/usr/lib/postgresql/*/bin/psql")
  fi
  mkdir -p bin
  ln -sf "$found" bin/psql
}

prisma() {
  cp "$here"/../engine/src/test/prisma-cli/* .
  chmod +x prisma-cli schema-engine.mjs
  npm install --ignore-scripts --omit=optional --no-audit --no-fund
}

# version NAME: the version that the build uses.
version() { sed -n "s:.*<$1.version>\(.*\)</$1.version>.*:\1:p" "$here/../../pom.xml"; }
flyway=$(version flyway)
liquibase=$(version liquibase)
postgresql_driver=$(version postgresql-jdbc)

# The tests use the same directories for dbmate, golang-migrate and Prisma.
tool dbmate "$shared/dbmate-2.36.0" npm_package dbmate@2.36.0
tool golang-migrate "$shared/golang-migrate-4.19.1" go_program github.com/golang-migrate/migrate/v4/cmd/migrate@v4.19.1
tool prisma "$shared/prisma-cli-$(sha256sum "$here/../engine/src/test/prisma-cli/package.json" | cut -c1-12)" prisma
tool flyway "$cache/flyway-$flyway" maven_libraries "org.flywaydb:flyway-core:$flyway" \
  "org.flywaydb:flyway-database-postgresql:$flyway" "org.postgresql:postgresql:$postgresql_driver"
tool liquibase "$cache/liquibase-$liquibase" maven_libraries "org.liquibase:liquibase-core:$liquibase" \
  "org.postgresql:postgresql:$postgresql_driver"
tool sqitch "$cache/sqitch-debian" debian_packages sqitch libdbd-pg-perl
tool psql "$cache/psql-debian" psql_program
echo "$cache"

#!/usr/bin/env bash
# Our client for Java (clients/java), built by Maven: as python.sh.
# needs: java javac mvn python3 openssl
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mvn -q -B -f "$here/../../clients/java" package org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath \
  -Dmdep.outputFile="$work/classpath"
classpath=$(realpath "$here"/../../clients/java/target/kyc-gateway-client-*.jar):$(cat "$work/classpath")
javac -Xlint:all,-classfile -Werror -proc:none -d "$work" -cp "$classpath" "$here/java/Probe.java"
python3 "$here/faults/example.py" java Example.java "javac -proc:none -cp '$classpath' Example.java" \
  "java -XX:TieredStopAtLevel=1 -cp '.:$classpath' Example"
python3 "$here/faults/run.py" java -XX:TieredStopAtLevel=1 -cp "$work:$classpath" Probe

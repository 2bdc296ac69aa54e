#!/usr/bin/env bash
# install-packages.sh WANTED PACKAGE...: installs Debian's packages without starting the servers in them. Where that can't be done it says
# that WANTED is missing, and which packages have it.
set -euo pipefail

wanted=$1
shift
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "missing: $wanted. Install $* (Debian's names; others have the like), then run this again." >&2
  exit 1
fi
# Debian starts what it installs, unless this says that it may not.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get update -q
apt-get install -y -q --no-install-recommends "$@"

#!/usr/bin/env bash
# Gets Redis ready, which peers of `npm run bench:peers` need; the bench installs everything else itself.
set -euo pipefail

command -v redis-server >/dev/null && command -v redis-cli >/dev/null && exit
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo 'redis-server is missing: install the package redis-server (Debian, Ubuntu) or redis (Homebrew), then run this again.' >&2
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
apt-get install -y -q --no-install-recommends redis-server

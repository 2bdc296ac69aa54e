#!/usr/bin/env bash
# Gets strace ready, which makes single calls of a process fail.
set -euo pipefail

command -v strace >/dev/null && exit
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo 'strace is missing: install the package strace, then run this again.' >&2
  exit 1
fi
apt-get update -q
apt-get install -y -q --no-install-recommends strace

#!/usr/bin/env bash
# Gets strace ready, which makes single calls of a process fail.
set -euo pipefail
cd "$(dirname "$0")"

command -v strace >/dev/null && exit
bash ../install-packages.sh strace strace

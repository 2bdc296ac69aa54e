#!/usr/bin/env bash
# Gets Redis ready, which peers of `npm run bench:peers` need; the bench installs everything else itself.
set -euo pipefail
cd "$(dirname "$0")"

command -v redis-server >/dev/null && command -v redis-cli >/dev/null && exit
bash ../../test/install-packages.sh 'redis-server and redis-cli' redis-server

#!/usr/bin/env bash
# Runs the tests of the process executor in the Python environment of `npm run localstack`, which is made where it is missing.
# Parameters go to pytest.
set -euo pipefail
repository=$(cd "$(dirname "$0")/../../.." && pwd)
export PATH="$repository/node_modules/.bin:$PATH"
python=$(node "$repository/localstack/emulators/start.mjs" localstack python)
# Beside that environment, which stays what its lock says.
tools="$repository/.localstack/executor-tests"
lock="$repository/localstack/executor/requirements-test.txt"
if ! cmp -s "$lock" "$tools/installed.txt"; then
  rm -rf "$tools"
  "$python" -m pip install --quiet --disable-pip-version-check --target "$tools" --requirement "$lock"
  cp "$lock" "$tools/installed.txt"
fi
cd "$repository/localstack/executor"
export PYTHONPATH="$PWD:$tools" PYTHONDONTWRITEBYTECODE=1
"$python" -m ruff check .
"$python" -m mypy process_executor
exec "$python" -m pytest -p no:cacheprovider "$@"

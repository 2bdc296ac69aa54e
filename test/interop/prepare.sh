#!/usr/bin/env bash
# Gets the two other readers of parts ready: h5py in a Python environment of its own, and h5dump from the system's packages.
set -euo pipefail
cd "$(dirname "$0")"

command -v h5dump >/dev/null || bash ../install-packages.sh h5dump hdf5-tools

if ! command -v python3 >/dev/null; then
  echo 'python3 is missing: install Python 3.11 or later with its venv module, then run this again.' >&2
  exit 1
fi
if ! cmp -s requirements.txt .venv/installed.txt; then
  python3 -m venv --clear .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: -r requirements.txt
  cp requirements.txt .venv/installed.txt
fi

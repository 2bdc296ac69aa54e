#!/usr/bin/env bash
# Gets two network file systems ready, with their servers; the test starts them itself, in machines of its own.
set -euo pipefail

if [ ! -e /dev/fuse ]; then
  echo 'not prepared: mounting a share needs FUSE, and there is no /dev/fuse here.'
  exit
fi
missing=
for program in mfsmaster mfschunkserver mfsmount sshfs sshd ip nsenter unshare; do
  command -v "$program" >/dev/null || missing="$missing $program"
done
[ -z "$missing" ] && exit
bash "$(dirname "$0")/../install-packages.sh" "${missing# }" moosefs-master moosefs-chunkserver moosefs-client sshfs openssh-server \
  iproute2 util-linux

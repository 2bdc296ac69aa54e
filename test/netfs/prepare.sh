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
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "missing:$missing. Install moosefs-master, moosefs-chunkserver, moosefs-client, sshfs, openssh-server, iproute2 and util-linux, then run this again." >&2
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
apt-get install -y -q --no-install-recommends moosefs-master moosefs-chunkserver moosefs-client sshfs openssh-server \
  iproute2 util-linux

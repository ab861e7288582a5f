#!/bin/sh
# Has systemd forget the units. A purge takes what was written in the package's directories, too: settings, which have
# secrets, and receipts. dpkg sets DPKG_ROOT where it installs into another directory.
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
fi
if [ "$1" = purge ]; then
  for dir in /etc/authpocket /var/lib/authpocket /var/lib/private/authpocket /var/lib/authpocket-verify \
    /var/lib/private/authpocket-verify; do
    rm -rf "${DPKG_ROOT:-}$dir"
  done
fi

#!/bin/sh
# Stops the units before they are removed. An upgrade leaves the wizard running, which may be in the middle of an apply.
set -e
case "$1" in
  remove | 0) # what dpkg and rpm say of a removal
    if [ -d /run/systemd/system ]; then
      systemctl disable --now authpocket.service authpocket-verify.timer || true
    fi
    ;;
esac

#!/bin/sh
# The Python of the Arm system that make_root.sh made, run by QEMU's user emulation: python.sh ROOT ARGUMENTS ..
root=$(cd "$1" && pwd)
shift
lib=$root/usr/lib/python3.11
exec qemu-aarch64-static -cpu cortex-a72 -L "$root" -E "PYTHONHOME=$root/usr" \
  -E "PYTHONPATH=$root/site:$lib:$lib/lib-dynload" -E PYTHONDONTWRITEBYTECODE=1 "$root/usr/bin/python3.11" "$@"

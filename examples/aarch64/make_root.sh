#!/bin/sh
# A small 64-bit Arm system that qemu-aarch64-static runs Python in: packages of this machine's own Debian sources, unpacked
# and not installed, and wheels of the versions in constraints.txt. Takes a minute, 700 MB, no root.
#
#   make_root.sh FOLDER PYTHON      # PYTHON: one with pip, on this machine
set -eu
root=$1
python=$2
here=$(cd "$(dirname "$0")" && pwd)
apt=$root/apt
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$root/proc" "$root/sys/devices/system/cpu" "$root/site"
: > "$apt/status"
debian() {
  apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Dir::State::status="$PWD/$apt/status" \
    -o Dir::State::lists="$PWD/$apt/lists" -o Dir::Cache::archives="$PWD/$apt/archives" -o Dir::Cache::pkgcache= \
    -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User= -o Debug::NoLocking=true "$@"
}
case $root in /*) PWD= ;; esac
debian update
debian install -y --download-only --no-install-recommends python3.11-minimal libpython3.11-stdlib libstdc++6 zlib1g
for package in "$apt"/archives/*.deb; do dpkg-deb -x "$package" "$root"; done
[ -e "$root/lib64" ] || ln -s lib "$root/lib64"

# What runtimes ask of the machine; without it they fail.
printf 'processor\t: 0\nFeatures\t: fp asimd evtstrm crc32\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd08\nCPU revision\t: 3\n' \
  > "$root/proc/cpuinfo"
for name in possible present online; do echo 0 > "$root/sys/devices/system/cpu/$name"; done
mkdir -p "$root/sys/devices/system/cpu/cpu0"

"$python" -m pip download --quiet --dest "$root/wheels" --only-binary :all: --python-version 311 --implementation cp \
  --platform manylinux_2_28_aarch64 --platform manylinux_2_27_aarch64 --platform manylinux_2_17_aarch64 \
  --platform manylinux2014_aarch64 --constraint "$here/../../constraints.txt" ai-edge-litert onnxruntime numpy
for wheel in "$root"/wheels/*.whl; do "$python" -m zipfile -e "$wheel" "$root/site"; done
touch "$root/.made"

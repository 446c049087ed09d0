#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# explain-last.sh KERNEL CPU-MODEL: VM entries that fail in a driver built to fail, explained in
# the lab by `vmm86 explain --last` (tests/explain-last-in-lab); KTAP.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
cd "$root"
(($# == 2)) || { echo "usage: tests/explain-last.sh KERNEL CPU-MODEL" >&2 && exit 64; }
driver=$(tests/broken-driver "$1" "$2")
lab/vmxlab --bare --kernel "$1" --cpu "$2" --smp 2 --timeout 300 --insmod "$driver" \
	--add build/vmm86 --add build/seed-client-vmcall --add tests/in-lab \
	--add tests/explain-last-in-lab --add build/tests/t_failed_entry \
	-- in-lab explain-last-in-lab t_failed_entry

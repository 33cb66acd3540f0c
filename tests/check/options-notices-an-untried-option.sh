#!/usr/bin/env bash
# The check of options fails for a tool whose option is in no golden case, and names both. BUILD-FOLDER
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$1
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$source/scripts" "$copy"
mkdir -p "$copy/tests/unit"
cp -r "$source/tests/cli" "$copy/tests"
cp -r "$source/tests/unit/cli" "$copy/tests/unit"

"$copy/scripts/check" --build "$build" options >/dev/null || { echo "the copy is not clean to begin with"; exit 1; }
sed -i 's/--stratify/--group/g' "$copy"/tests/cli/tn-split/*/cmd
if found=$("$copy/scripts/check" --build "$build" options 2>/dev/null); then echo "not noticed"; exit 1; fi
grep -qx 'tn-split: --stratify appears in no golden case (tests/cli/tn-split/\*/cmd)' <<<"$found" ||
  { echo "said only: $found"; exit 1; }

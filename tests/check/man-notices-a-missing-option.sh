#!/usr/bin/env bash
# The check of man pages fails for a page that lacks an option, and for one that mandoc warns of. BUILD-FOLDER
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$1
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$source/man" "$source/scripts" "$copy"
page=$copy/man/tn-split.1

"$copy/scripts/man" --build "$build" --check tn-split >/dev/null || { echo "the copy is not clean to begin with"; exit 1; }
sed -i '/Fl Fl seed/,+1d' "$page"
if found=$("$copy/scripts/man" --build "$build" --check tn-split); then echo "a lost option was not noticed"; exit 1; fi
grep -q '^man/tn-split.1: OPTIONS differs' <<<"$found" || { echo "said only: $found"; exit 1; }
grep -q '^+.It .*Fl Fl seed' <<<"$found" || { echo "does not show the lost option: $found"; exit 1; }

"$copy/scripts/man" --build "$build" tn-split >/dev/null
cmp "$page" "$source/man/tn-split.1" || { echo "scripts/man did not write the page as it was"; exit 1; }

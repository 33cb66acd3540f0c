#!/usr/bin/env bash
# The checks of form fail for a planted file that clang-tidy or clang-format would change, and pass without it.
set -euo pipefail
for program in clang-tidy clang-format git; do
  command -v "$program" >/dev/null || { echo "$program is not installed"; exit 77; }
done
source=$(cd "$(dirname "$0")/../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$source/scripts" "$source/.clang-tidy" "$source/.clang-format" "$copy"
cd "$copy"
mkdir -p libcore/base tools examples tests build
commit() { git -c user.name=test -c user.email=test@example.org commit -q "$@"; }
git init -q
commit --allow-empty -m first
echo 'int answer() { return 42; }' >libcore/base/answer.cpp
clang-format -i libcore/base/answer.cpp
printf '[{"directory": "%s", "file": "libcore/base/answer.cpp", "command": "c++ -c libcore/base/answer.cpp"}]\n' "$copy" \
  >build/compile_commands.json
git add libcore
commit -m second
scripts/check tidy format >/dev/null || { echo "the copy is not clean to begin with"; exit 1; }

# A check that should fail, and what it should say.
expect() { # check words
  local found
  if found=$(scripts/check "$1" 2>&1); then echo "$1 noticed nothing"; exit 1; fi
  grep -q "$2" <<<"$found" || { echo "$1 said only: $found"; exit 1; }
}
printf 'int* answer() {\n  return 0;\n}\n' >libcore/base/answer.cpp
expect tidy 'libcore/base/answer.cpp:2:.*modernize-use-nullptr'
echo 'int  answer( ){return 42;}' >libcore/base/answer.cpp
expect format 'libcore/base/answer.cpp:1:.*clang-format-violations'

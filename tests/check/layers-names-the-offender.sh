#!/usr/bin/env bash
# The check of layers fails for an include planted in a copy, and names file and line.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/tests" "$copy/examples"
cp -r "$source/libcore" "$source/tools" "$source/scripts" "$copy"

failed=0
# Plants a line at the end of a file and expects the check to complain of exactly that line.
expect() { # file line reason
  local file=$1 line=$2 reason=$3 before found
  before=$(cat "$copy/$file")
  printf '%s\n' "$line" >>"$copy/$file"
  local number
  number=$(wc -l <"$copy/$file")
  if found=$("$copy/scripts/check" layers 2>/dev/null); then
    echo "not noticed: $file: $line"
    failed=1
  elif ! grep -qF -- "$file:$number: $line: $reason" <<<"$found"; then
    printf 'expected: %s\nfound: %s\n' "$file:$number: $line: $reason" "$found"
    failed=1
  fi
  printf '%s\n' "$before" >"$copy/$file"
}

"$copy/scripts/check" layers >/dev/null || { echo "the copy is not clean to begin with"; exit 1; }
expect libcore/base/text.cpp '#include "libcore/data/record.hpp"' 'base does not see data'
expect libcore/image/mask.hpp '#include "libcore/eval/overlap.hpp"' 'image does not see eval'
expect libcore/eval/overlap.cpp '#include "libcore/net/api.hpp"' 'eval does not see net'
expect libcore/data/record.cpp '#include "libcore/cli/flags.hpp"' 'only tools may include cli'
expect libcore/data/record.cpp '#include <boost/program_options.hpp>' 'only libcore/cli knows Boost'
expect libcore/data/record.hpp '#include <ATen/core/Tensor.h>' 'only libcore/net knows LibTorch'
expect libcore/eval/overlap.hpp 'inline void f(const at::Tensor&);' 'only libcore/net knows LibTorch'
expect libcore/base/text.hpp '#include "../cli/flags.hpp"' 'includes start at the repository root'
expect libcore/data/record.hpp '#include "tests/support/temp_folder.hpp"' 'libcore includes nothing outside libcore'
exit $failed

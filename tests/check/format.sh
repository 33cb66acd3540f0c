#!/usr/bin/env bash
# Every source file is as clang-format leaves it.
command -v clang-format >/dev/null || { echo "clang-format is not installed"; exit 77; }
cd "$(dirname "$0")/../.." && scripts/check format

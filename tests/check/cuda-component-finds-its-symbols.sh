#!/usr/bin/env bash
# Every symbol that libtn_cuda.so leaves to others is in LibTorch's CUDA libraries or in those that they bring:
# cuda-component-finds-its-symbols.sh BUILD. Skipped where the component was not built or the libraries are not there
# (scripts/setup --cuda; $TN_LIBTORCH names a LibTorch).
set -euo pipefail
build=$(realpath "$1")
component=$(find "$build" -name libtn_cuda.so | head -1)
[ -n "$component" ] || { echo "the CUDA component was not built"; exit 77; }
libtorch=${TN_LIBTORCH:-$(dirname "$(dirname "$(readlink -f "$build/libtorch-include/ATen")")")}
[ -e "$libtorch/lib/libtorch_cuda.so" ] || { echo "this LibTorch has no CUDA libraries (scripts/setup --cuda)"; exit 77; }
mapfile -t libraries < <(find "$libtorch/lib" "$libtorch/../nvidia" \
  \( -name 'libc10*.so' -o -name 'libtorch_c*.so' -o -name 'libcudart.so*' -o -name 'libnccl.so*' \) 2>/dev/null)
have=$(nm -D --defined-only "${libraries[@]}" | awk 'NF >= 3 { sub(/@.*/, "", $3); print $3 }' | sort -u)
missing=$(nm -D --undefined-only "$component" | awk '{ sub(/@.*/, "", $2); print $2 }' |
  grep -E 'c10|at4cuda|^nccl|^cuda' | sort -u | comm -23 - <(echo "$have"))
[ -z "$missing" ] || { echo "nobody has:"; echo "$missing"; exit 1; }

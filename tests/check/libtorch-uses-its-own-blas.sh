#!/usr/bin/env bash
# OpenCV brings the system's reference BLAS into the programs: LibTorch must still multiply with its own (several times
# as fast in float32). The loader's own account says which one it was bound to.
set -euo pipefail
bin=$1/bin
[ -x "$bin/tn-train" ] || { echo "skipped: built without networks"; exit 77; }
bindings=$(LD_DEBUG=bindings "$bin/tn-train" --list-archs 2>&1 | grep -E "binding file [^ ]*libtorch_cpu\.so .*\`sgemm_'" || true)
[ -n "$bindings" ] || { echo "libtorch_cpu.so was not seen to be bound to any sgemm_"; exit 1; }
if grep -vE "to [^ ]*libtorch_cpu\.so " <<<"$bindings"; then
  echo "sgemm_ of libtorch_cpu.so is bound to another library"
  exit 1
fi

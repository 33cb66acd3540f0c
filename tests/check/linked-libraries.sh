#!/usr/bin/env bash
# No tool is linked to LibTorch (loading it takes 0.3 to 0.6 s) or GDCM (12 ms) or DCMTK, nor to OpenCV beyond core, imgproc and
# photo.
# linked-libraries.sh BUILD-FOLDER
set -euo pipefail
build=$1
failed=0
seen=0
for tool in split preprocess train infer eval viz; do
  program=$build/bin/tn-$tool
  [ -x "$program" ] || continue # built without networks
  seen=$((seen + 1))
  libraries=$(ldd "$program")
  if grep -E 'not found' <<<"$libraries"; then echo "tn-$tool: a library is missing"; failed=1; fi
  if grep -E 'libtorch|libc10|libtn_net|libcud' <<<"$libraries"; then
    echo "tn-$tool is linked to the network layer"
    failed=1
  fi
  if grep -E 'libgdcm|libtn_gdcm' <<<"$libraries"; then
    echo "tn-$tool is linked to GDCM"
    failed=1
  fi
  if grep -E 'libdcm|libtn_dcmtk' <<<"$libraries"; then
    echo "tn-$tool is linked to DCMTK"
    failed=1
  fi
  if grep -E 'libopencv' <<<"$libraries" | grep -vE 'libopencv_(core|imgproc|photo)'; then
    echo "tn-$tool is linked to more of OpenCV than core, imgproc and photo"
    failed=1
  fi
done
[ "$seen" -ge 4 ] || { echo "only $seen tools in $build/bin"; failed=1; }
exit $failed

# Which include breaks a rule, as "FILE:LINE: include of X: reason". Exit 1 if any does.
# Reads libcore/CMakeLists.txt and libcore/net/CMakeLists.txt first (which layer sees which), then C++ files.

function complain(reason) {
  printf "%s:%d: %s: %s\n", FILENAME, FNR, $0, reason
  bad = 1
}

# "libcore/image/mask.hpp" -> "image"; "" outside libcore.
function layer_of(path, part) {
  return split(path, part, "/") > 2 && part[1] == "libcore" ? part[2] : ""
}

# Layers are listed from the bottom up, so those below are complete when one is read.
function define(layer, below, part, i) {
  seen[layer] = " " layer " "
  for (i = split(below, part, " "); i > 0; i--) seen[layer] = seen[layer] seen[part[i]]
}

FILENAME ~ /CMakeLists\.txt$/ {
  if (match($0, /^tn_layer\([a-z]+/)) {
    layer = substr($0, 10, RLENGTH - 9)
    define(layer, match($0, /SEES [a-z ]+/) ? substr($0, RSTART + 5, RLENGTH - 5) : "")
  } else if (/target_link_libraries\(tn_net PUBLIC/) {
    below = ""
    for (rest = $0; match(rest, /tn::[a-z]+/); rest = substr(rest, RSTART + RLENGTH))
      below = below " " substr(rest, RSTART + 4, RLENGTH - 4)
    define("net", below)
  }
  next
}

FNR == 1 {
  path = FILENAME
  sub(/^\.\//, "", path)
  here = layer_of(path)
  top = path
  sub(/\/.*/, "", top)
  in_net = here == "net" || path ~ /^tests\/(unit|bench)\/net\//
  if (here != "" && !(here in seen)) complain("libcore/CMakeLists.txt lists no layer '" here "'")
}

!in_net && /(^|[^a-z_A-Z])(torch|at|c10)::/ && !/^ *\/\// { complain("only libcore/net knows LibTorch") }

!/^ *# *include/ { next }

!in_net && /[<"](torch|ATen|c10|caffe2)\// { complain("only libcore/net knows LibTorch") }
/[<"]boost\// && here != "cli" { complain("only libcore/cli knows Boost") }
/"\.\.?\// { complain("includes start at the repository root") }

match($0, /"[^"]+"/) {
  target = substr($0, RSTART + 1, RLENGTH - 2)
  to = layer_of(target)
  if (here != "" && to == "") complain("libcore includes nothing outside libcore")
  if (here == "" || to == "") next
  if (to == "cli" && here != "cli") complain("only tools may include cli")
  else if (index(seen[here], " " to " ") == 0) complain(here " does not see " to)
}

END { exit bad }

# Every command in the EXAMPLES of every man page runs, in a folder that holds the files it names, and succeeds.
man=$EXAMPLES/../man
tiny-run
tn-infer -q -m run/model.safetensors -o pred all.jsonl >predicted.jsonl
tn-eval -q --json report.json predicted.jsonl
cp run/model.safetensors model.safetensors
tn-phantoms -q --layout folders --patients 12 --width 96 --height 72 -o classes

# The examples of a page as shell commands, each ended by the byte 036.
examples() {
  awk '
    /^\.Sh / { on = /EXAMPLES/; next }
    !on { next }
    /^\.Bd -literal/ { block = 1; next }
    /^\.Ed/ { block = 0; printf "\036"; next }
    block { print; next }
    /^\.Dl / { print substr($0, 5); printf "\036" }' "$1" | sed 's/\\(dq/"/g; s/\\(aq/'"'"'/g; s/\\-/-/g; s/\\&//g; s/\\e/\\/g'
}

# What a page's examples start from; all else they make themselves.
inputs() {
  case $1 in
    tn-eval.1) echo data pred predicted.jsonl ;;
    tn-infer.1) echo data run all.jsonl data/images:images ;;
    tn-manifest.5) echo all.jsonl ;;
    tn-model.5) echo model.safetensors ;;
    tn-preprocess.1) echo data all.jsonl data/images:images ;;
    tn-report.5) echo report.json ;;
    tn-split.1) echo classes:data ;;
    tn-train.1) echo data all.jsonl pre pre.jsonl ;;
    tn-viz.1) echo all.jsonl data pre pre.jsonl pred predicted.jsonl run ;;
    tn.7) echo data ;;
    tn-cluster.7) echo data run all.jsonl ;;
    *) echo "$1: this story does not know what its examples need" >&2; return 1 ;;
  esac
}

home=$PWD
total=0
for page in "$man"/*.[157]; do
  name=${page##*/}
  mkdir "$home/at-$name"
  cd "$home/at-$name"
  wanted=$(inputs "$name")
  for input in $wanted; do cp -r "$home/${input%%:*}" "${input##*:}"; done
  count=0
  while IFS= read -r -d $'\036' command; do
    # Three quarters of an hour are too long for a test: the same with a small network for a second.
    command=${command//-o run --max-time 45m/-o timed --arch ffanet-tiny --max-time 1s}
    count=$((count + 1))
    status=0
    bash -euo pipefail -c "$command" </dev/null >output 2>&1 || status=$?
    # 141: head had read enough, which is no failure.
    [ "$status" -eq 0 ] || [ "$status" -eq 141 ] ||
      { printf '%s, example %d: status %d:\n%s\n' "$name" "$count" "$status" "$command"; cat output; exit 1; }
  done < <(examples "$page")
  [ "$count" -gt 0 ] || { echo "$name has no example"; exit 1; }
  total=$((total + count))
done
[ "$total" -ge 15 ]

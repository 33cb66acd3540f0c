# SIGKILL and SIGTERM in the middle leave whole files alone; --resume goes on by the journal, and in the end the stream
# and the files are those of an undisturbed run.
tiny-run
# 400 records of the 12 images
jq -c 'select(.id)' all.jsonl | jq -sc 'range(400) as $i | .[$i % length] + {id: "case/\($i)"}' >many.jsonl
infer() { tn-infer --no-pg -j 2 -m run/model.safetensors --precision float32 --batch 1 --emit mask,prob,box -o pred "$@" many.jsonl; }

infer -q >undisturbed.jsonl
mv pred undisturbed

entries() { if [ -e pred/journal.jsonl ]; then wc -l <pred/journal.jsonl; else echo 0; fi; }

# Starts, waits for N more entries in the journal, sends the signal and expects the status.
stop() { # signal status N option...
  local signal=$1 expected=$2 until=$(($(entries) + $3)) status=0 pid
  shift 3
  infer -q "$@" >stopped.jsonl &
  pid=$!
  while [ "$(entries)" -lt "$until" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
  kill -s "$signal" "$(pgrep -P "$pid" -x tn-infer || echo "$pid")"
  wait "$pid" || status=$?
  [ "$status" -eq "$expected" ] || { echo "SIG$signal: status $status, expected $expected"; exit 1; }
  grep -q '"tn":"end"' stopped.jsonl && { echo "SIG$signal: came too late"; exit 1; }
  # What has a final name is whole.
  (cd pred && find . -name '*.png' | while read -r file; do cmp "$file" "../undisturbed/$file"; done)
}
stop KILL 137 20
stop TERM 143 40 --resume
stop KILL 137 60 --resume
printf '{"key":"to' >>pred/journal.jsonl # as if the kill had torn a line

infer --resume >resumed.jsonl 2>note
cmp resumed.jsonl undisturbed.jsonl
diff <(cd pred && find . -type f | sort) <(cd undisturbed && find . -type f | sort)
(cd pred && find . -name '*.png') | while read -r file; do cmp "pred/$file" "undisturbed/$file"; done
known=$(sed -n 's/^tn-infer: \([0-9]*\) of 400 records were in the journal$/\1/p' note)
[ "$known" -ge 100 ] && [ "$known" -lt 400 ] || { cat note; exit 1; }

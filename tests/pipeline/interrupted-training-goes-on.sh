# SIGINT and SIGTERM save a checkpoint and end by the signal; --resume goes on to the end that was asked for.
tiny-run pre
train() { tn-train -q -o run --arch ffanet-tiny --epochs 60 --batch 2 --precision float32 "$@" pre.jsonl; }

stop() { # signal status more...
  local signal=$1 expected=$2 status=0
  shift 2
  local before
  before=$(cat run/log.jsonl 2>/dev/null | wc -l)
  train "$@" &
  local pid=$!
  for _ in $(seq 600); do # until an epoch is done
    [ "$(cat run/log.jsonl 2>/dev/null | wc -l)" -gt "$before" ] && break
    sleep 0.1
  done
  kill -s "$signal" "$pid"
  wait "$pid" || status=$?
  [ "$status" -eq "$expected" ] || { echo "SIG$signal: status $status, expected $expected"; exit 1; }
  [ -s run/checkpoint-last.safetensors ] || { echo "SIG$signal: no checkpoint"; exit 1; }
}
# A shell's background job ignores SIGINT unless it asks for it: job control brings it back.
set -m
stop TERM 143
stop INT 130 --resume
train --resume

epochs=$(jq -s 'map(.epoch)' -c run/log.jsonl)
[ "$epochs" = "$(jq -nc '[range(1; 61)]')" ] || { echo "epochs in the log: $epochs"; exit 1; }
tn-infer -q -m run/model.safetensors -o pred all.jsonl | jq -se 'map(select(.id) | .p_malignant) | all(. >= 0 and . <= 1)' >/dev/null

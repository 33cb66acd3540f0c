# SIGINT and SIGTERM save a checkpoint and end by the signal; --resume goes on to the end that was asked for.
tiny-run pre
train=(tn-train -q -j 1 -o run --arch ffanet-tiny --epochs 40 --batch 2 --precision float32)

epochs_logged() { if [ -e run/log.jsonl ]; then wc -l <run/log.jsonl; else echo 0; fi; }

# Starts the training, waits for its next epoch, sends the signal and expects the status.
stop() { # signal status option...
  local signal=$1 expected=$2 status=0 before pid
  shift 2
  before=$(epochs_logged)
  "${train[@]}" "$@" pre.jsonl &
  pid=$!
  while [ "$(epochs_logged)" -le "$before" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
  kill -s "$signal" "$pid"
  wait "$pid" || status=$?
  [ "$status" -eq "$expected" ] || { echo "SIG$signal: status $status, expected $expected"; exit 1; }
  [ -s run/checkpoint-last.safetensors ] || { echo "SIG$signal: no checkpoint"; exit 1; }
}
# A script's background job ignores SIGINT; under job control it does not.
set -m
stop TERM 143
stop INT 130 --resume
"${train[@]}" --resume pre.jsonl

epochs=$(jq -sc 'map(select(.event == "epoch").epoch)' run/log.jsonl)
[ "$epochs" = "$(jq -nc '[range(1; 41)]')" ] || { echo "epochs in the log: $epochs"; exit 1; }
tn-infer -q -m run/model.safetensors -o pred all.jsonl |
  jq -se 'map(select(.id) | .p_malignant) | length > 0 and all(. >= 0 and . <= 1)' >/dev/null

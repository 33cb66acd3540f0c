# Twenty SIGKILLs at random moments of a short run, each gone on with: the weights, the model document and the logs are
# those of a run that nothing disturbed.
tiny-run pre
options=(-q -j 1 --arch ffanet-tiny --epochs 25 --batch 2 --precision float32 --checkpoint-every 0.05s --cache-mb 0 --seed 4)
starts() { if [ -e "$1/environment.jsonl" ]; then wc -l <"$1/environment.jsonl"; else echo 0; fi; }
# Begins or goes on in a folder; returns once the run itself is under way: until then nothing is written.
begin() { # folder
  local before
  before=$(starts "$1")
  tn-train -o "$1" "${options[@]}" --resume=auto pre.jsonl &
  pid=$!
  while [ "$(starts "$1")" -le "$before" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
}
now() { date +%s%3N; } # ms

begin whole
began=$(now)
wait "$pid"
slice=$((($(now) - began) / 12 + 1)) # twenty pauses of half a slice in the middle are five sixths of the run

# without what names the call
document() { model-document "$1/model.safetensors" | jq -S 'del(.training.command_line)'; }
weights() { python3 -c 'import hashlib, struct, sys; d = open(sys.argv[1], "rb").read(); print(hashlib.sha256(d[8 + struct.unpack("<Q", d[:8])[0]:]).hexdigest())' "$1"; }
log() { jq -c 'del(.time, .seconds, .val_seconds, .images_per_second, .waited)' "$1/log.jsonl"; }
table() { cut -d, -f1,2,5-8,11,13-17 "$1/log.csv"; }
ends_as_the_whole() { # folder
  cmp whole/checkpoint-last.safetensors "$1/checkpoint-last.safetensors"
  [ "$(weights whole/model.safetensors)" = "$(weights "$1/model.safetensors")" ]
  diff <(document whole) <(document "$1")
  diff <(log whole) <(log "$1")
  diff <(table whole) <(table "$1")
  [ "$(wc -l <"$1/log.jsonl")" -eq 50 ]
  [ "$(ls whole)" = "$(ls "$1")" ] || { ls "$1"; exit 1; }
}

# A run that comes to its end before the twentieth kill is compared, and another is begun.
RANDOM=1123
kills=0
runs=1
while [ "$kills" -lt 20 ]; do
  begin "killed-$runs"
  pause=$((RANDOM % slice))
  sleep "$((pause / 1000)).$(printf %03d $((pause % 1000)))"
  kill -KILL "$pid" 2>/dev/null || true
  status=0
  wait "$pid" 2>/dev/null || status=$?
  case $status in
    137) kills=$((kills + 1)) ;;
    0)
      ends_as_the_whole "killed-$runs"
      runs=$((runs + 1))
      ;;
    *) echo "ended with $status after $kills kills"; exit 1 ;;
  esac
  [ "$runs" -le 5 ] || { echo "killed $kills times only in $runs runs"; exit 1; }
done
tn-train -o "killed-$runs" "${options[@]}" --resume=auto pre.jsonl
ends_as_the_whole "killed-$runs"

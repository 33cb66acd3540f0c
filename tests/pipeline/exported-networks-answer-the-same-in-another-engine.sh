# What --export onnx writes answers in OpenCV's dnn as tn-infer does, mask and class, for a size that every pooling
# halves and for an odd one. Both attentions count: their gammas, which begin at 0, are set to 0.5.
build=$TN_BIN/..
grep -q '^TN_ONNX:BOOL=ON$' "$build/CMakeCache.txt" || { echo "built without ONNX"; exit 77; }

turn_on_attention() { # model file
  python3 - "$1" <<'PY'
import json, struct, sys

with open(sys.argv[1], "r+b") as file:
    length = struct.unpack("<Q", file.read(8))[0]
    tensors = json.loads(file.read(length))
    gammas = [name for name in tensors if name.endswith(".gamma")]
    assert len(gammas) == 2, gammas
    for name in gammas:
        file.seek(8 + length + tensors[name]["data_offsets"][0])
        file.write(struct.pack("<f", 0.5))
PY
}

compare() { # architecture size
  rm -rf data pre run pred net.onnx
  tn-phantoms -q -o data --patients 6 --seed 3 --width "$2" --height "$2"
  tn-split -q --import csv data/labels.csv --group patient --ratio 3:1:2 --seed 1 |
    tn-preprocess -q --size "$2" -o pre - >pre.jsonl
  tn-train -q -o run --arch "$1" --max-steps 10 --batch 2 --precision float32 pre.jsonl
  turn_on_attention run/model.safetensors
  tn-infer -q -m run/model.safetensors --precision float32 --limit 3 --emit npy -o pred pre.jsonl >pred.jsonl
  tn-infer -q -m run/model.safetensors --export onnx -o net.onnx
  onnx-parity net.onnx pred.jsonl >compared
  [ "$(cat compared)" = "3 frames" ]
}

compare ffanet-tiny 64
compare ffanet-tiny 75
compare ffanet39 64

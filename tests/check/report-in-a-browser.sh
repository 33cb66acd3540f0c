#!/usr/bin/env bash
# The page of tn-viz report in headless Chromium: no message on the console, nothing wider than a phone's or a laptop's
# screen, and sorting, filter, large picture and keys do what they say. Skipped where there is no Chromium.
# report-in-a-browser.sh BUILD-FOLDER
set -euo pipefail
build=$(realpath "$1")
tests=$(cd "$(dirname "$0")/.." && pwd)
browser=
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && { browser=$name; break; }
done
[ -n "$browser" ] || { echo "skipped: no Chromium here"; exit 77; }
export PATH="$build/bin:$tests/support:$PATH" TN_JOBS=2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
small-evaluation
tn-viz report -q -o page.html report.json cases.jsonl
cat >try.html <<'PAGE'
<body><pre id="result">did not finish</pre><script>
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
(async () => {
  const found = [];
  const check = (what, is) => found.push(`${is ? "yes" : "NO"}: ${what}`);
  for (const width of [390, 1366]) {
    const frame = document.createElement("iframe");
    frame.style = `width:${width}px;height:900px;border:0`;
    frame.src = "page.html";
    document.body.append(frame);
    await new Promise((done) => frame.onload = done);
    const page = frame.contentDocument, root = page.documentElement, all = (what) => [...page.querySelectorAll(what)];
    const seen = () => all("#case-table tbody tr").filter((row) => !row.hidden);
    check(`${width} px: as wide as the screen, ${root.scrollWidth}`, root.scrollWidth <= width);
    check("control: a wide block is noticed", (() => {
      const wide = page.createElement("div"); wide.style = "width:5000px;height:1px"; page.body.append(wide);
      const is = root.scrollWidth > width; wide.remove(); return is; })());
    const head = all("th[data-key=dice] button")[0];
    head.click();
    const dice = () => seen().map((row) => Number(row.cells[5].dataset.v));
    check("sorted upwards", dice().every((d, i, a) => i === 0 || a[i - 1] <= d));
    head.click();
    check("sorted downwards", dice().every((d, i, a) => i === 0 || a[i - 1] >= d) && head.parentElement.ariaSort === "descending");
    const filter = page.getElementById("filter");
    filter.value = "dice<0.5";
    filter.dispatchEvent(new Event("input"));
    check(`filtered, ${seen().length}`, seen().length > 0 && seen().length < 26 && dice().every((d) => d < 0.5));
    filter.value = "";
    filter.dispatchEvent(new Event("input"));
    check("all are back", seen().length === 26);
    const dialog = page.getElementById("big-case"), first = seen()[0].dataset.id, second = seen()[1].dataset.id;
    seen()[0].querySelector(".thumb").click();
    check("opens large", dialog.open && dialog.querySelector("h3").textContent === first && dialog.querySelector(".big img"));
    dialog.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    check("the arrow key goes on", dialog.querySelector("h3").textContent === second);
    check("the large picture fits", dialog.getBoundingClientRect().width <= width);
    page.getElementById("close").click();
    await wait(50);
    check("focus is back", page.activeElement.closest("tr")?.dataset.id === second);
  }
  document.getElementById("result").textContent = found.join("\n") + "\nfinished";
})();
</script></body>
PAGE
status=0
timeout 120 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --allow-file-access-from-files \
  --enable-logging=stderr --virtual-time-budget=20000 --window-size=1500,1000 --dump-dom "file://$work/try.html" >dom 2>log || status=$?
[ "$status" -eq 0 ] || { echo "the browser ended with $status"; tail -20 log; exit 1; }
sed -n '/id="result"/,/<\/pre>/p' dom | sed 's/<[^>]*>//g'
failed=0
grep -q '^finished' dom || failed=1
! grep -q '^[^:]*NO: ' dom || failed=1
if grep 'CONSOLE' log; then failed=1; fi
exit $failed

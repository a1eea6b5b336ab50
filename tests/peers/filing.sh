#!/bin/sh
# One sheet of filings through this program and through others, side by side:
#
#   tests/peers/filing.sh [ROWS] [FOLDER]
#
# Ours checks and imports into a durable store with every rule; openpyxl and python-calamine merely read the cells. Each
# runs three times; the best counts. Needs Python and the network once, for the two packages. No part of the ordinary tests.
set -eu

rows=${1:-100000}
here=$(cd "$(dirname "$0")/../.." && pwd)
folder=${2:-$(mktemp -d)}
sheet=$folder/filings-$rows.xlsx
mkdir -p "$folder"

cd "$here"
cargo build --quiet --release -p filing --example measure
cargo build --quiet --release -p declare --bin customs
built=$(cargo metadata --format-version 1 --no-deps | python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')/release
measure=$built/examples/measure
customs=$built/customs
[ -f "$sheet" ] || "$measure" make "$rows" "$sheet" > /dev/null
if [ ! -x "$folder/venv/bin/python" ]; then
    python3 -m venv "$folder/venv"
    "$folder/venv/bin/pip" --quiet install openpyxl python-calamine
fi

cat > "$folder/read.py" <<'PYTHON'
import resource, sys, time

package, path = sys.argv[1:]
began = time.time()
if package == "openpyxl":
    import openpyxl
    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    rows = sum(1 for _ in sheet.iter_rows(values_only=True))
else:
    import python_calamine
    rows = len(python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"{round((time.time() - began) * 1000)} ms, {peak} MB")
PYTHON

cat > "$folder/run.py" <<'PYTHON'
import resource, subprocess, sys, time

began = time.time()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(f"{round((time.time() - began) * 1000)} ms, {peak} MB")
PYTHON

# The line with the fewest milliseconds of three.
best() {
    name=$1
    shift
    for _ in 1 2 3; do
        rm -rf "$folder/data"
        "$@" | tail -n 1
    done | sort -n | head -n 1 | sed "s/^/$name: /"
}

run="$folder/venv/bin/python $folder/run.py $customs --quiet --data $folder/data filing"
best "ours, checking" $run check "$sheet"
best "ours, importing" $run import "$sheet"
best "python-calamine, reading" "$folder/venv/bin/python" "$folder/read.py" python-calamine "$sheet"
best "openpyxl, reading" "$folder/venv/bin/python" "$folder/read.py" openpyxl "$sheet"
rm -rf "$folder/data"

#!/bin/sh
# The same messages made by this program and by lxml, side by side:
#
#   tests/peers/documents.sh [ORDERS] [FOLDER]
#
# Ours is all of `customs declare build`: it reads and judges orders, computes their taxes, records them durably and writes all
# four messages, through each of its schema gates in turn. lxml gets the finished values in memory and merely builds the trees,
# writes them out and validates them with libxml2 against the same XSDs, on one core and on all. The same work done by ours,
# on one core, stands beside it: the bench "write and check all four messages". Processor time stands beside
# the time that passed: on a machine that does other work it is the fairer of the two. Needs Python and the network once, for
# lxml. No part of the ordinary tests.
set -eu

orders=${1:-20000}
here=$(cd "$(dirname "$0")/../.." && pwd)
folder=${2:-$(mktemp -d)}
mkdir -p "$folder"

cd "$here"
cargo build --quiet --release -p declare --bin customs --example orders
target=$(cargo metadata --format-version 1 --no-deps | python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')
customs=$target/release/customs
if [ ! -x "$folder/venv/bin/python" ]; then
    python3 -m venv "$folder/venv"
    "$folder/venv/bin/pip" --quiet install lxml
fi

cat > "$folder/make.py" <<'PYTHON'
import glob, multiprocessing, os, sys, time
from lxml import etree

outbox, schemas, orders = sys.argv[1], sys.argv[2], int(sys.argv[3])
FILES = {"CEB311": "ceb311.xsd", "CEB411": "ceb411.xsd", "CEB511": "ceb511.xsd", "CEB621": "ceb621-saved.xsd"}

def plain(element):
    return element.tag, dict(element.attrib), element.text, [plain(child) for child in element]

def build(value, parent=None):
    tag, attributes, text, children = value
    if parent is None:
        element = etree.Element(tag, attributes, nsmap={"ceb": etree.QName(tag).namespace})
    else:
        element = etree.SubElement(parent, tag, attributes)
    element.text = text
    for child in children:
        build(child, element)
    return element

def make(messages):
    gates = {kind: etree.XMLSchema(etree.parse(os.path.join(schemas, file))) for kind, file in FILES.items()}
    began = time.time()
    for kind, value in messages:
        written = etree.tostring(build(value), xml_declaration=True, encoding="UTF-8")
        gates[kind].assertValid(etree.fromstring(written))
    return time.time() - began

found = sorted(glob.glob(os.path.join(outbox, "*.xml")))
messages = [(os.path.basename(path)[:6], plain(etree.parse(path).getroot())) for path in found]
assert messages, "no messages"
# The first run warms up.
seconds = min(make(messages) for _ in range(3))
before = time.process_time()
make(messages)
cpu = time.process_time() - before
print(f"lxml, build, write and validate, one core: {orders / seconds:.0f} orders/s, {cpu / orders * 1e6:.0f} us of processor an order")
cores = len(os.sched_getaffinity(0))
with multiprocessing.Pool(cores) as pool:
    seconds = max(pool.map(make, [messages[core::cores] for core in range(cores)], chunksize=1))
print(f"lxml, the same on {cores} cores: {orders / seconds:.0f} orders/s")
PYTHON

cat > "$folder/run.py" <<'PYTHON'
import os, resource, subprocess, sys, time

orders, name, *command = sys.argv[1:]
began = time.time()
subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
passed = time.time() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = used.ru_utime + used.ru_stime
print(f"ours, {name}: {int(orders) / passed:.0f} orders/s, {cpu / int(orders) * 1e6:.0f} us of processor an order, {used.ru_maxrss >> 10} MB")
PYTHON

"$target/release/examples/orders" "$orders" > "$folder/orders.jsonl"
# A folder of its own for each run: ext4 is slow at making files for minutes after many were removed.
rm -rf "$folder"/made.*
for gate in compiled off full; do
    run=$folder/made.$(date +%s).$gate
    mkdir "$run"
    "$customs" --quiet --data "$run/data" filing import samples/filings.xlsx > /dev/null
    python3 "$folder/run.py" "$orders" "declare build, gate $gate" "$customs" --quiet --config samples/customs.toml \
        --data "$run/data" declare build "$folder/orders.jsonl" --out "$run/outbox" --gate "$gate"
done
"$folder/venv/bin/python" "$folder/make.py" "$run/outbox" "$here/schemas" "$orders"
cargo bench --quiet -p declare --bench build -- "write and check all four messages"

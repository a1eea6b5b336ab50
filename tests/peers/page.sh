#!/bin/sh
# How long every page takes, and how much memory the page has, with many orders and filings in the store:
#
#   tests/peers/page.sh [FOLDER]
#
# Fills FOLDER with 100,000 orders (10,000 through the pipeline, each ten times) and 100,000 filings, unless it is filled already,
# serves it, and asks for each page once right after the start and ten times more. Needs curl. No part of the ordinary tests.
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:-$(mktemp -d)}
data=$folder/data
mkdir -p "$folder"

cd "$here"
nice cargo build --quiet --release -p filing --example measure
nice cargo build --quiet --release -p declare --bin customs --example fill
built=$(cargo metadata --format-version 1 --no-deps | python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')/release
customs="$built/customs --quiet --config samples/customs.toml --data $data"
if [ ! -e "$folder/filled" ]; then
    "$built/examples/fill" "$data" 10000 10
    "$built/examples/measure" make 100000 "$folder/filings.xlsx"
    $customs filing import "$folder/filings.xlsx" || [ $? -eq 1 ]
    touch "$folder/filled"
fi

first() { python3 -c 'import json, sys; print(json.load(sys.stdin)["orders"][0]["order_no"])'; }
released=$($customs declare status --json --state released --limit 1 | first)
refused=$($customs declare status --json --state refused --limit 1 | first)

# The program's clock begins with it.
$customs serve --listen 127.0.0.1:0 > "$folder/said" &
server=$!
trap 'kill $server 2> /dev/null || :' EXIT
began=$(date +%s%N)
while ! grep -q http "$folder/said" 2> /dev/null; do sleep 0.01; done
site=$(grep -o 'http://[0-9.:]*' "$folder/said")
echo "listens after $((($(date +%s%N) - began) / 1000000)) ms"
memory() { awk '/VmRSS|VmHWM/ { printf "%s %d MB  ", $1, $2 / 1024 }' "/proc/$server/status"; echo; }

cat > "$folder/pages" <<PAGES
/orders
/day
/filings
/healthz
/metrics
/
/orders?state=held
/orders?state=ready
/orders?state=sent
/orders?state=unknown
/orders?state=accepted
/orders?state=released
/orders?state=refused
/orders?state=withdrawn
/orders?state=returned
/orders?page=999999
/orders?state=released&page=999999
/orders?text=$released
/orders?text=${released#P}
/orders?text=77
/orders?text=nothing-like-it
/orders?why=1327
/orders/$released
/orders/$released/return
/orders/$refused
/orders/$refused/release
/filings?page=999999
/filings?text=6900000012345
/filings?text=3304
/filings?text=nothing-like-it
/filings?port=%E6%9D%AD%E5%B7%9E
/filings/imports
/filings/imports/1/undo
/filings/sync
/ports
/login
PAGES

ask() { curl -s -o /dev/null -b "$folder/cookies" -c "$folder/cookies" -w '%{http_code} %{time_total} %{size_download}' "$site$1"; }

echo "right after the start:"
for page in /orders /day /filings /metrics; do echo "  $(ask "$page")  $page"; done
until curl -s "$site/orders" | grep -q 'td class="code"'; do sleep 0.05; done
echo "orders are all there after $((($(date +%s%N) - began) / 1000000)) ms"
curl -s "$site/filings" > /dev/null
memory

echo "first and slowest of ten later, ms:"
while read -r page; do
    once=$(ask "$page")
    for _ in 1 2 3 4 5 6 7 8 9 10; do ask "$page"; echo; done | sort -k2 -n | tail -n 1 > "$folder/slowest"
    echo "$once $(cat "$folder/slowest") $page" | awk '{ printf "  %s %6.1f %6.1f  %7d bytes  %s\n", $1, $2 * 1000, $5 * 1000, $6, $7 }'
done < "$folder/pages"
memory
kill $server
wait $server || :

for args in "" "--json"; do
    began=$(date +%s%N)
    $customs declare status $args > "$folder/status" || :
    echo "declare status $args: $((($(date +%s%N) - began) / 1000000)) ms, $(wc -c < "$folder/status") bytes"
done

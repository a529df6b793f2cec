#!/usr/bin/env bash
# Attacks a server of its own on the loopback address with tools made for it, and reads the code with two more:
#   tools/attack.sh [SECONDS]     time for each tool, 60 where it is not said
# Installs what it needs in a folder of its own (ATTACK_TOOLS, else below the temporary folder). Ends with 1 on a finding.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
work=$(mktemp -d)
tools=${ATTACK_TOOLS:-$work/tools}
mkdir -p "$tools"
found=0
server=""
stop() { if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi; rm -rf "$work"; }
trap stop EXIT
say() { printf '\n== %s (%ss)\n' "$*" "$SECONDS"; }
tool() { # tool NAME PACKAGES...: a folder of its own for each, because what they need does not fit together
  local name=$1; shift
  [ -x "$tools/$name/bin/$name" ] || { python3 -m venv "$tools/$name" && "$tools/$name/bin/pip" install -q "$@" >/dev/null; }
}

say "tools"
tool sqlmap 'sqlmap>=1.8'
tool wapiti 'wapiti3>=3.2' greenlet
tool bandit 'bandit>=1.8'
tool semgrep 'semgrep>=1.100'
tool schemathesis 'schemathesis>=4.20'

say "bandit reads the code"
"$tools/bandit/bin/bandit" -q -r lianxin -ll -ii || found=1

say "semgrep reads the code with the rules of tools/semgrep.yml"
"$tools/semgrep/bin/semgrep" scan --quiet --error --metrics=off --disable-version-check --config tools/semgrep.yml lianxin || found=1

say "a server with the cast of the tests"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export LIANXIN_DATA_DIR=$work/data LIANXIN_DATABASE=sqlite:///$work/data/attack.sqlite3 LIANXIN_PROFILE=demo LIANXIN_FILINGS=1000000
export DJANGO_SETTINGS_MODULE=lianxin.config.settings
for name in SECRET_KEY MASTER_KEY INDEX_KEY; do export "LIANXIN_$name=$(python3 -c 'import secrets; print(secrets.token_hex(32))')"; done
mkdir -p "$work/data"
.venv/bin/python -m tests.attack.describe "$work/openapi.json" 2>/dev/null
.venv/bin/lianxin start --port "$port" >"$work/server.log" 2>&1 &
server=$!
site=http://127.0.0.1:$port
for _ in $(seq 100); do curl -fs "$site/healthz" >/dev/null 2>&1 && break; sleep 0.1; done
kill -0 "$server" || { cat "$work/server.log"; exit 1; } # it is our own process that answers
curl -fs "$site/healthz" >/dev/null

password=$(.venv/bin/python -c 'from tests.cast import PASSWORD; print(PASSWORD)' 2>/dev/null || echo cast-password-2026)
token() { curl -fs -b "$work/jar" -c "$work/jar" "$site$1" | sed -n 's/.*name="csrfmiddlewaretoken" value="\([^"]*\)".*/\1/p' | head -n 1; }
enter() { # enter NAME: sets session and csrf; with no name, those of somebody who has not signed in
  rm -f "$work/jar"
  local form; form=$(token /desk/sign-in)
  [ -z "$1" ] || curl -fs -o /dev/null -b "$work/jar" -c "$work/jar" -d "csrfmiddlewaretoken=$form" -d "username=$1" \
    --data-urlencode "password=$password" "$site/desk/sign-in"
  session=$(awk '$6 == "lx_session" {print $7}' "$work/jar")
  csrf=$(awk '$6 == "lx_csrf" {print $7}' "$work/jar")
  [ -z "$1" ] || [ -n "$session" ]
}

say "schemathesis: every address and form, as handler, as administrator, as nobody"
for who in han guan ''; do
  enter "$who"
  if (cd "$work" && "$tools/schemathesis/bin/schemathesis" run openapi.json -u "$site" --phases coverage,fuzzing --max-time "$seconds" \
    -H "Cookie: lx_session=$session; lx_csrf=$csrf" -H "X-CSRFToken: $csrf" --max-redirects 0 --continue-on-failure --no-color \
    -c not_a_server_error,status_code_conformance,unsupported_method,allow_header_conformance) >"$work/schema.log" 2>&1; then
    grep -E "[0-9] generated" "$work/schema.log" | sed "s/^/as ${who:-nobody}:/"
  else
    cat "$work/schema.log"; found=1
  fi
done

enter ran
say "sqlmap: search, filters, follow, sign-in"
map() { # map URL [POST DATA]
  local data=(); [ -z "${2:-}" ] || data=(--data "$2" --csrf-token csrfmiddlewaretoken --csrf-url "$site$1")
  timeout "$seconds" "$tools/sqlmap/bin/sqlmap" --batch --level 2 --risk 1 --threads 1 --flush-session --disable-coloring \
    --output-dir "$work/sqlmap" --ignore-code 404,422,429,403 --cookie "lx_session=$session; lx_csrf=$csrf" -u "$site$1" "${data[@]}" >"$work/map.log" 2>&1 || true
  if grep -Eq "is vulnerable|sqlmap identified the following injection" "$work/map.log"; then cat "$work/map.log"; found=1; fi
  grep -Eq "testing|do not appear|does not seem" "$work/map.log" || { echo "sqlmap tried nothing at $1"; tail -n 5 "$work/map.log"; found=1; }
  echo "$1 tried"
}
map "/desk/search/?number=510705N20260506000001X"
map "/desk/?state=handling&shelf=due&channel=visit&kind=claim&mine=1&after=2026-01-01.1"
map "/follow/" "number=1&code=2&csrfmiddlewaretoken=x"
map "/desk/sign-in" "username=ran&password=x&next=/desk/&csrfmiddlewaretoken=x"

say "wapiti: the public site, as anybody"
timeout $((seconds + 90)) "$tools/wapiti/bin/wapiti" -u "$site/" --scope folder -m sql,xss,file,exec,redirect,crlf,ssrf,csp,http_headers,cookieflags \
  --max-scan-time "$seconds" --max-attack-time $((seconds / 5 + 2)) --flush-session --no-bugreport --store-session "$work/wapiti" --store-config "$work/wapiti" \
  -x "$site/i18n/*" -f json -o "$work/wapiti.json" >"$work/wapiti.log" 2>&1 || true
if [ -s "$work/wapiti.json" ]; then
  .venv/bin/python - "$work/wapiti.json" <<'PY' || found=1
import json
import sys

# Without HTTPS in front, which the proxy brings: no Secure cookies, no Strict-Transport-Security.
PROXY = ("Secure Flag cookie", "HTTP Secure Headers", "Strict-Transport-Security", "HSTS")
report = json.load(open(sys.argv[1], encoding="utf-8"))
found = [
    (kind, one.get("path"), one.get("info"))
    for kind, some in {**report["vulnerabilities"], **report["anomalies"]}.items()
    for one in some
    if not any(word in kind + str(one.get("info")) for word in PROXY) or "Strict" not in str(one.get("info")) and "Secure Flag" not in kind
]
print("wapiti:", report["infos"].get("crawled_pages_nbr", "?"), "pages,", len(found), "findings")
for one in found:
    print(*one)
sys.exit(bool(found))
PY
else
  echo "wapiti wrote no report"; tail -n 20 "$work/wapiti.log"; found=1
fi

say "the server after it"
curl -fs "$site/healthz"
if grep -Eq "Traceback| (ERROR|CRITICAL) " "$work/server.log"; then
  grep -En -A 50 -m 5 "Traceback| (ERROR|CRITICAL) " "$work/server.log"; found=1
fi
say "$([ "$found" = 0 ] && echo "nothing found" || echo "FOUND, see above")"
exit "$found"

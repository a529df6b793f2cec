#!/bin/sh
# Makes .venv with everything the project needs, on a machine with nothing but Python 3.11: tools/bootstrap.sh demo|dev
# A second run finds its stamps and takes no time. Called by the Makefile.
set -eu
cd "$(dirname "$0")/.."
kind=${1:-demo}
venv=.venv
case $kind in
  demo) wanted=requirements.txt; fonts=${LIANXIN_DATA_DIR:-var}/fonts ;;
  dev) wanted=requirements-dev.txt; fonts=var/fonts ;;
  *) echo "tools/bootstrap.sh: demo or dev, not $kind" >&2; exit 2 ;;
esac

say() { printf 'bootstrap: %s\n' "$*" >&2; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

pythons() {
  for name in python3.13 python3.12 python3.11 python3; do
    if new_enough "$name"; then echo "$name"; fi
  done
}

whole() { [ -x "$venv/bin/python" ] && new_enough "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

try_venvs() {
  for python in $(pythons); do
    rm -rf "$venv"
    if "$python" -m venv "$venv" >/dev/null 2>&1 && whole; then say "made $venv with $("$venv/bin/python" --version)"; return 0; fi
  done
  rm -rf "$venv"
  return 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; return; fi
  command -v sudo >/dev/null 2>&1 || return 1
  if [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
}

install_venv_package() {
  command -v apt-get >/dev/null 2>&1 || return 1
  say "this Python cannot make virtual environments; installing Debian's python3-venv"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null 2>&1 && return 0
  as_root apt-get update -qq >/dev/null 2>&1 || return 1
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null 2>&1
}

borrow_virtualenv() {
  for python in $(pythons); do
    "$python" -m pip --version >/dev/null 2>&1 || continue
    for tool in virtualenv uv; do
      for way in "--user" "--user --break-system-packages"; do
        # shellcheck disable=SC2086 # two words on purpose
        "$python" -m pip install -q $way "$tool" >/dev/null 2>&1 && break
      done
      rm -rf "$venv"
      case $tool in
        virtualenv) "$python" -m virtualenv -q "$venv" >/dev/null 2>&1 || continue ;;
        uv) "$python" -m uv venv -q --seed --python "$python" "$venv" >/dev/null 2>&1 || continue ;;
      esac
      if whole; then say "made $venv with $tool"; return 0; fi
    done
  done
  return 1
}

make_venv() {
  if [ -z "$(pythons)" ]; then
    say "Python 3.11 or newer is needed and was not found. On Debian 12: apt-get install python3 python3-venv"; exit 1
  fi
  try_venvs && return
  if install_venv_package && try_venvs; then return; fi
  borrow_virtualenv && return
  say "no virtual environment can be made here. As root run: apt-get install python3-venv ; then try again."
  exit 1
}

stamp_of() { cksum "$wanted" | cut -d ' ' -f 1,2; }

install_packages() {
  stamp=$venv/.stamp-$kind
  now=$(stamp_of)
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ]; then return; fi
  say "installing the packages of $wanted"
  quiet=; [ -t 2 ] || quiet=-q
  if ! "$venv/bin/python" -m pip install $quiet --disable-pip-version-check --no-input --require-hashes -r "$wanted" >&2; then
    say "the packages could not be installed: the lines above say why. Behind a proxy set HTTPS_PROXY; for a mirror set PIP_INDEX_URL."
    exit 1
  fi
  echo "$now" >"$stamp"
}

install_project() {
  site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  if [ ! -f "$site/lianxin.pth" ] || [ "$(cat "$site/lianxin.pth")" != "$PWD" ]; then pwd >"$site/lianxin.pth"; fi
  if [ -f "$venv/bin/lianxin" ] && grep -q 'lianxin.config.cli' "$venv/bin/lianxin"; then return; fi
  cat >"$venv/bin/lianxin" <<'SCRIPT'
#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/python" -m lianxin.config.cli "$@"
SCRIPT
  chmod 755 "$venv/bin/lianxin"
}

compile_messages() {
  for folder in locale/*/LC_MESSAGES; do
    [ -d "$folder" ] || continue
    if [ ! -f "$folder/django.mo" ] || [ -n "$(find "$folder" -name '*.po' -newer "$folder/django.mo" | head -n 1)" ]; then
      "$venv/bin/lianxin" messages compile >&2 || say "the English texts could not be compiled; the site is Chinese only"
      return
    fi
  done
}

whole || make_venv
install_packages
install_project
compile_messages
"$venv/bin/python" tools/get_fonts.py "$fonts" >&2 || exit 1

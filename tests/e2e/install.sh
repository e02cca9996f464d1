#!/bin/sh
# make install into folders of its own, DESTDIR and prefix given to make: what is installed works from anywhere, in an
# environment with nothing in it, without the build tree; make uninstall takes all of it away.
. "$(dirname "$0")/../lib.sh"
. "$SOURCE/tests/e2e/json.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES DESTDIR BAUD_PLUGIN_PATH BAUD_EXPERIMENTS BAUD_RUNS
cd "$scratch" || exit 1
place=$scratch/opt/baud
# However the build was configured, this is the usual layout.
layout() {
  echo "prefix=$1 exec_prefix=$1 bindir=$1/bin libdir=$1/lib includedir=$1/include datarootdir=$1/share datadir=$1/share" \
    "mandir=$1/share/man docdir=$1/share/doc/baud"
}
files() { (cd "$1" 2>/dev/null && find . ! -type d | sort); }

# ---- what is installed
# shellcheck disable=SC2046
check "make install succeeds" make -C "$BUILD" install $(layout "$place")
check "with DESTDIR, too" make -C "$BUILD" install $(layout /usr) DESTDIR="$scratch/stage"
files "$place" >files.txt
is "with DESTDIR the same files lie below it, and nowhere else" "$(files stage | sed 's|^\./usr/|./|')" "$(cat files.txt)"
for file in bin/baud include/baud/nn.h include/baud/plugin.h include/baud/random.h include/baud/tabular.h \
  lib/baud/baud_episodes.so lib/baud/plugins/lockbox.so lib/libbaudnn.a lib/pkgconfig/baud-nn.pc lib/pkgconfig/baud.pc share/baud/experiments/one_bit.lua \
  share/bash-completion/completions/baud share/doc/baud/README.md share/doc/baud/LICENSE share/doc/baud/plugins.md \
  share/doc/baud/examples/Makefile share/man/man1/baud.1; do
  grep -qx "./$file" files.txt
  ok $? "$file is installed"
done
is "every plugin of the build is" "$(sed -n 's|^\./lib/baud/plugins/||p' files.txt)" \
  "$(find "$BUILD"/plugins -name '*.so' -type f | sed 's|.*/||' | sort)"
is "nothing that is for tests is" "$(grep 'cheats\|faulty\|broken\|environment\.so\|test' files.txt)" ""
is "no libtool files are, and one library" "$(grep '\.la$\|\.a$' files.txt)" ./lib/libbaudnn.a
is "every page of the documentation that README links is" \
  "$(grep -o '](docs/[a-zA-Z_]*\.md' "$place/share/doc/baud/README.md" | sed 's|.*/||' | sort -u | while read -r page; do
    [ -f "$place/share/doc/baud/$page" ] || echo "$page"; done)" ""
is "nothing may be written by others" "$(find "$place" ! -type l -perm -o+w)" ""
is "no file that is not a program tells of the build tree" "$(grep -rlF "$BUILD" "$place" --include='*.pc' --include='*.lua' --include='*.1' \
  --include='*.h' --include=baud.bash-completion)" ""

# ---- it works, with nothing around it
mkdir -p far/away home/runtime
chmod 700 home/runtime
bare() { (cd far/away && env -i HOME="$scratch/home" XDG_RUNTIME_DIR="$scratch/home/runtime" "$@"); }
installed=$place/bin/baud
is "the program says who it is" "$(bare "$installed" --version)" "$("$BAUD" --version)"
bare "$installed" plugins >plugins.txt 2>&1
is "it finds its own plugins, and no others" "$(grep -o '/[^ ]*\.so$' plugins.txt | sort -u)" \
  "$(sed -n "s|^\./lib/baud/plugins/|$place/lib/baud/plugins/|p" files.txt)"
is "none is refused" "$(grep -c '^not loaded' plugins.txt)" 0
check "the doctor finds nothing bad" bare "$installed" doctor
contains "and the experiments that were installed" "$(bare "$installed" doctor)" "$place/share/baud/experiments/"
bare "$installed" run one_bit --seeds 2 --episodes 2 --line >run.txt 2>&1
status=$?
case $status in 0 | 3) ok 0 "an experiment that ships runs: one_bit, made small" ;; # its claims are about its full size
  *) ok 1 "an experiment that ships runs: one_bit, made small" "exit code $status
$(tail -n 5 run.txt)" ;; esac
run=$(ls -d "$scratch"/home/.local/share/baud/runs/one_bit-* 2>/dev/null)
[ -f "$run/store.db" ] && is "all of its trials are done" \
  "$(sqlite3 -readonly "$run/store.db" "SELECT count(*) > 10, min(status), max(status) FROM trial")" "1|D|D"
for name in list show "export --format csv" "sql last SELECT(1)"; do
  # shellcheck disable=SC2086
  check "baud ${name%% *} works on it" bare "$installed" $name
done
is "nothing was written where it was started" "$(ls -A far/away)" ""
is "nor into the installation" "$(files "$place")" "$(cat files.txt)"
contains "what lies below DESTDIR works there, too" "$(bare "$scratch/stage/usr/bin/baud" plugins)" "$scratch/stage/usr/lib/baud/plugins/lockbox.so"
ln -s "$installed" far/baud
contains "so does a link to the program" "$(bare ../baud plugins)" "$place/lib/baud/plugins/lockbox.so"

# ---- what comes with it
contains "the manual page is one" "$(sed -n 2p "$place/share/man/man1/baud.1")" ".TH BAUD 1"
for name in run export calibrate; do contains "it has baud $name" "$(cat "$place/share/man/man1/baud.1")" ".SS \"baud $name "; done
if command -v bash >/dev/null 2>&1; then
  is "completion completes" "$(PATH=$place/bin:$PATH bash -c '. "$0"; COMP_WORDS=(baud calib); COMP_CWORD=1; _baud baud calib baud
    echo "${COMPREPLY[*]}"' "$place/share/bash-completion/completions/baud")" calibrate
fi
if ! grep -q '__[at]san_init' "$BAUD"; then
  is "sqlite3 loads the extension" "$(sqlite3 -batch -readonly "$run/store.db" ".load $place/lib/baud/baud_episodes" \
    'SELECT count(*) > 10 FROM episode' 2>&1)" 1
fi

# ---- a plugin of one's own, with nothing but what is installed
export PKG_CONFIG_PATH="$place/lib/pkgconfig"
is "pkg-config knows baud's version" "baud $(pkg-config --modversion baud 2>&1)" "$("$BAUD" --version)"
is "where plugins lie" "$(pkg-config --variable=plugindir baud)" "$place/lib/baud/plugins"
is "its prefix" "$(pkg-config --variable=prefix baud)" "$place"
is "and the headers" "$(pkg-config --cflags baud | tr -d ' ')" "-I$place/include"
is "below DESTDIR, too" "$(PKG_CONFIG_PATH=$scratch/stage/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$scratch/stage PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 \
  pkg-config --cflags baud | tr -d ' ')" "-I$scratch/stage/usr/include"
cp -R "$place/share/doc/baud/examples" mine && chmod -R u+w mine
check "the examples that were installed build by it" env HOME="$scratch/home" XDG_DATA_HOME= make -C mine install CC="${CC:-cc}" CFLAGS=-Werror
for name in doors tally actor judge; do check "baud check has nothing against $name" bare "$installed" check "$name"; done
bare "$installed" run "$scratch/mine/doors.lua" --seeds 5 --episodes 20 --line >doors.txt 2>&1
status=$?
case $status in 0 | 3) ok 0 "an experiment with them runs" ;; *) ok 1 "an experiment with them runs" "exit code $status
$(tail -n 5 doors.txt)" ;; esac
if command -v "${CXX:-c++}" >/dev/null 2>&1; then
  echo '#include "baud/plugin.h"' >header.cc
  # shellcheck disable=SC2046
  check "the header is C++, too" "${CXX:-c++}" -Wall -Werror -fsyntax-only $(pkg-config --cflags baud) header.cc
fi

# ---- and away
touch stage/usr/lib/baud/plugins/strangers.so
check "make uninstall succeeds" make -C "$BUILD" uninstall $(layout /usr) DESTDIR="$scratch/stage"
is "it leaves nothing but what is somebody else's" "$(files stage)" ./usr/lib/baud/plugins/strangers.so
is "and no folder of its own but that one's" "$(find stage -name '*baud*')" stage/usr/lib/baud

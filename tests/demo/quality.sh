#!/bin/sh
# How good are the rules that ship?  Days of the demonstration are played, one after the
# other, and the answers are laid beside the truth.
#
#	sh tests/demo/quality.sh		seeds 1 to 20
#	SEEDS="21 22 23" sh tests/demo/quality.sh
#
# Exit code 0: the figures below are reached; 1: not.  Days are kept in $BUILD/quality.
#
set -eu

build=${BUILD:-build}
case $build in
/*) ;;
*) build=$PWD/$build ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
seeds=${SEEDS:-1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20}
dir=$build/quality
mkdir -p "$dir"

# What each rule does: id, then, "shadow" where it is on trial.
"$build/liangka" policy show "$build/default.policy" --json |
    sed 's/{"id":/\
&/g' | sed -n 's/^{"id":"\([^"]*\)".*"then":"\([^"]*\)".*"shadow":\([a-z]*\).*/\1 \2 \3/p' \
    >"$dir/rules.txt"
[ -s "$dir/rules.txt" ] || { echo "quality: no rules" >&2; exit 70; }
files=
for seed in $seeds; do
	[ ! -t 2 ] || printf '\rseed %s ' "$seed" >&2
	rc=0
	SEED=$seed ANSWERS=$dir/$seed.answers DEMO_DIR=$dir/day BUILD=$build \
	    sh "$here/demo.sh" >"$dir/$seed.txt" 2>&1 </dev/null || rc=$?
	# 1: something did not come true; it is in the figures.
	if [ $rc -gt 1 ] || [ ! -s "$dir/$seed.answers" ]; then
		tail -5 "$dir/$seed.txt" >&2
		echo "quality: seed $seed could not be played ($rc)" >&2
		exit 70
	fi
	# Outlets of whose day the centre was told.
	"$build/liangka" log show --data "$dir/day/data" --kind decision \
	    --json --last 100000 | grep '"shadow":"[^"]*OUT-' |
	    grep '"alert":' | sed 's/.*"inst":"\([^"]*\)","outlet":"\([^"]*\)".*/\1.\2/' |
	    sort -u >"$dir/$seed.told"
	files="$files $seed"
done
[ ! -t 2 ] || printf '\r\033[K' >&2
cd "$dir"
for seed in $files; do
	printf 'seed\t%s\n' "$seed"
	sed 's/^/told\t/' "$seed.told"
	sed '1d;s/^/row\t/' "$seed.answers"
done | LC_ALL=C awk -F '\t' -f "$here/quality.awk" -v rules="$dir/rules.txt"

#!/bin/sh
# Install the npm package tuf-js into $BUILD/js.  Exit 77 where node, npm or the package
# cannot be had; that is remembered until "make clean".
set -eu
: "${BUILD:=build}"
command -v node >/dev/null && command -v npm >/dev/null || exit 77
mkdir -p "$BUILD/js"
exec 9>"$BUILD/.js"
flock 9
[ ! -e "$BUILD/js/.none" ] || exit 77
if [ ! -e "$BUILD/js/.done" ] || [ tests/js/package.json -nt "$BUILD/js/.done" ]
then
	cp tests/js/package.json "$BUILD/js/"
	cd "$BUILD/js"
	if timeout 60 npm install --ignore-scripts --no-audit --no-fund \
	    --no-package-lock --fetch-retries=1 --fetch-timeout=20000 \
	    >npm.log 2>&1 && [ -d node_modules/tuf-js ]; then
		touch .done
	else
		touch .none
		exit 77
	fi
fi

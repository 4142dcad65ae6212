#!/bin/sh
# The walls between the rooms, and what the library shows to its host.
set -u
: "${BUILD:=build}" "${CC:=gcc}"
bad=0

# deny WHAT PATTERN FOLDER...: no source there may include a matching header.
deny() {
	what=$1 pattern=$2
	shift 2
	if grep -nE "^#include [<\"]($pattern)" -r "$@" --include='*.[ch]'; then
		echo "^ $what"
		bad=1
	fi
}

deny "only server/store may see LMDB" 'lmdb\.h' plugin keys server/engine \
    server/lists server/counter server/audit server/desk server/net server/cli
deny "only server/net may see libevent" 'event2/|event\.h|ev(http|util|dns)' plugin keys server/engine \
    server/counter server/store server/lists server/audit server/desk \
    server/cli
deny "only audit, lists and desk may see libcurl" 'curl/' plugin keys \
    server/engine server/counter server/store server/net server/cli
deny "only server/lists may see jansson and zstd" 'jansson|zstd' plugin keys \
    server/engine server/counter server/store server/audit server/desk \
    server/net server/cli
deny "the plugin knows libc alone" 'openssl|lmdb|event|xxhash' plugin
deny "the engine does no I/O and knows no clock" \
    'sys/|unistd|fcntl|time\.h|stdio_ext|openssl|poll|pthread' server/engine

so=$BUILD/libliangka.so.1
nm -D --defined-only "$so" | awk '{print $3}' | grep -v '^LIANGKA_1$' | sort \
    >"$BUILD/exported"
sed -n 's/^LK_API.*[ *]\(lk_[a-z_]*\)(.*/\1@@LIANGKA_1/p' plugin.h | sort \
    >"$BUILD/promised"
if ! diff "$BUILD/promised" "$BUILD/exported"; then
	echo "^ plugin.h (<) and the symbols of $so (>) differ"
	bad=1
fi
if [ -z "${SAN_RUN:-}" ] && ! nm -D "$so" | grep -q __asan; then
	newest=$(objdump -T "$so" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -1)
	if [ "$(printf '%s\nGLIBC_2.28\n' "$newest" | sort -V | tail -1)" != \
	    GLIBC_2.28 ]; then
		objdump -T "$so" | grep "$newest"
		echo "^ newer than GLIBC_2.28"
		bad=1
	fi
	if objdump -p "$so" | awk '/NEEDED/ && $2 != "libc.so.6"' | grep .; then
		echo "^ the library may need libc alone"
		bad=1
	fi
fi
for std in c99 c11 c17; do
	$CC -std=$std -Wall -Wextra -Wpadded -pedantic -Werror -fsyntax-only \
	    -x c plugin.h || bad=1
done
if command -v g++ >/dev/null; then
	for std in c++11 c++14 c++17 c++20; do
		g++ -std=$std -Wall -Wextra -Wpadded -pedantic -Werror \
		    -fsyntax-only -x c++ plugin.h || bad=1
	done
fi
[ $bad -eq 0 ] && echo "ok"
exit $bad

#!/bin/sh
# Build $BUILD/check-log with Debian's packages golang-go and
# golang-golang-x-mod-dev, without any network.  Exit 77 when they are missing.
set -eu
: "${BUILD:=build}"
src=tests/go/check-log.go path=/usr/share/gocode
command -v go >/dev/null && [ -d $path/src/golang.org/x/mod/sumdb ] || exit 77
mkdir -p "$BUILD"
exec 9>"$BUILD/.check-log"
flock 9
if [ ! -e "$BUILD/check-log" ] || [ $src -nt "$BUILD/check-log" ]; then
	cache=$(cd "$BUILD" && pwd)/go-cache
	GOCACHE=$cache GO111MODULE=off GOPATH=$path GOFLAGS='' GOPROXY=off \
	    go build -o "$BUILD/check-log" $src
fi

#!/bin/sh
# A branch and its city in two network namespaces, with the faults of real lines between
# them: dropped, reset, lost, slow, down, far.  Prints a table and fails when an opening is
# not counted exactly once at both, or an answer comes later than its deadline.
#
#	BUILD=build sh tests/faults/netns.sh
#
# Wants root and nft (Debian: nftables, iproute2).  The line of 100 ms wants a program
# that delays packets between two namespaces, named in LK_TUNDELAY (arguments: delay,
# jitter, loss, seed; it makes 10.98.0.1 in rlA and 10.98.0.2 in rlB, and prints ready).
set -u
: "${BUILD:=build}"
if [ "$(id -u)" != 0 ]; then
	echo "skipped: network namespaces want root"
	exit 0
fi
for p in ip nft tc; do
	if ! command -v $p >/dev/null; then
		echo "skipped: no $p (apt-get install nftables iproute2)"
		exit 0
	fi
done
if ip netns list | grep -q '^rl[AB]\b'; then
	echo "the namespaces rlA and rlB exist already: ip netns del rlA; ip netns del rlB"
	exit 1
fi
if ! ip netns add rlA 2>/dev/null || ! ip netns add rlB 2>/dev/null; then
	echo "skipped: network namespaces cannot be made here"
	ip netns del rlA 2>/dev/null
	exit 0
fi
tun=
end() {
	[ -z "$tun" ] || kill "$tun" 2>/dev/null
	ip netns del rlA
	ip netns del rlB
}
trap end EXIT
trap 'exit 130' INT TERM

ip -n rlA link add vA type veth peer name vB netns rlB &&
    ip -n rlA addr add 10.97.0.1/24 dev vA &&
    ip -n rlB addr add 10.97.0.2/24 dev vB &&
    ip -n rlA link set vA up && ip -n rlB link set vB up || exit 1

: "${LK_TUNDELAY:=}"
if [ -n "$LK_TUNDELAY" ] && [ -f "$LK_TUNDELAY" ]; then
	python3 "$LK_TUNDELAY" 0.05 0.01 0 1 >/dev/null &
	tun=$!
	export LK_TUNDELAY
else
	unset LK_TUNDELAY
fi
LK_NETNS=1 LK_BUILD=$BUILD "$BUILD/tests/faults/netns" --timeout 600 -j1 --color=never

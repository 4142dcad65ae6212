/*
 * bench_idle DIR ADDRESS NODES SECONDS PID: so many made-up nodes (bench_links setup) link
 * with the daemon PID and beat once a second each, as real ones do: what its memory was
 * before, with all joined, and after so many seconds.  Prints one line, KiB.
 */
#include <sys/resource.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "linknode.h"

static const uint8_t no_id[WIRE_ID];

/* KiB behind a word in /proc/PID/smaps_rollup or status. */
static long
memory(long pid, const char *file, const char *word)
{
	char path[64], line[256];
	size_t n = strlen(word);
	long v = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/%s", pid, file);
	if ((f = fopen(path, "re")) == NULL)
		return (-1);
	while (v < 0 && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, word, n) == 0)
			v = atol(line + n);
	fclose(f);
	return (v);
}

/* One beat of every node, spread over a second. */
static int
beat_all(struct linknode *nodes, unsigned n)
{
	struct timespec pause = {0, 900000000 / (long)n};
	struct wire_header h;
	const uint8_t *body;
	uint8_t frame[512];
	struct wire_out o;
	unsigned i;

	for (i = 0; i < n; i++) {
		struct linknode *l = &nodes[i];

		wire_out_init(&o, frame, sizeof(frame));
		wire_begin(&o, WIRE_BEAT, no_id);
		wire_put_u32(&o, WIRE_T_GENERATION, 1);
		wire_put_text(&o, WIRE_T_NODE, l->node);
		wire_put_u64(&o, WIRE_T_SEQ, 1);
		wire_put_u64(&o, WIRE_T_LAST_SEQ, 1);
		wire_put_text(&o, WIRE_T_DAEMON, "1.0.0");
		wire_put_text(&o, WIRE_T_COUNTS, "asked=0 answered=0 silent=0 "
		    "late=0 breaker=closed opens=0 rtt_us=100");
		if (wire_end(&o) != 0 || linknode_put(l, frame, o.len) < 0 ||
		    linknode_wait(l, &h, &body) < 0)
			return (-1);
		nanosleep(&pause, NULL);
	}
	return (0);
}

/* Link all and let them beat. */
static int
idle(const char *dir, const char *address, unsigned n, int seconds, long pid)
{
	long anon = memory(pid, "status", "RssAnon:"), joined;
	long pss = memory(pid, "smaps_rollup", "Pss:");
	struct linknode *nodes = calloc(n, sizeof(*nodes));
	char key[40];
	unsigned i;

	if (nodes == NULL || linknode_token_key(dir, key) == 0)
		return (-1);
	for (i = 0; i < n; i++)
		if (linknode_open(&nodes[i], dir, address, i, key, 1) < 0)
			return (-1);
	joined = memory(pid, "status", "RssAnon:");
	while (seconds-- > 0)
		if (beat_all(nodes, n) < 0)
			return (-1);
	printf("idle links=%u before=%ld joined=%ld after=%ld pss_before=%ld "
	    "pss_after=%ld\n", n, anon, joined,
	    memory(pid, "status", "RssAnon:"), pss,
	    memory(pid, "smaps_rollup", "Pss:"));
	for (i = 0; i < n; i++)
		linknode_close(&nodes[i]);
	free(nodes);
	return (0);
}

int
main(int argc, char **argv)
{
	struct rlimit rl;

	if (argc != 6 || atoi(argv[3]) < 1) {
		fprintf(stderr, "usage: bench_idle DIR ADDRESS NODES SECONDS "
		    "PID\n");
		return (64);
	}
	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &rl);
	}
	return (idle(argv[1], argv[2], (unsigned)atoi(argv[3]), atoi(argv[4]),
	    atol(argv[5])) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
